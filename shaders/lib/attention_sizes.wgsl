// Variants and sizes of attention.
#define CACHE f32
#define VALUE_DIM HEAD_DIM
#define CAPPED 0
#define SINKS 0
#define LATENT 0
#define STAGED 0
#define SPAN 0
#define GROUP 1
#define R 1
#define OWN 1
#define QUERIES 1
#define U 1
override WORKGROUP_SIZE: u32 = 16u;
override N_HEAD: u32 = 1u;
override N_KV_HEAD: u32 = 1u;
override HEAD_DIM: u32 = 4u;
override SCALE: f32 = 1.0;
// Stride of the rows of dst in vec4s.
override DST_STRIDE: u32 = 1u;
override SOFTCAP: f32 = 1.0;

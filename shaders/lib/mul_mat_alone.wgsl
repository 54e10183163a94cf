// mul_mat of invocations that share nothing: each computes R neighbouring weight rows (with SWIGLU: R of gate and R of up) for M
// rows of src. SHARED: neighbours in a subgroup that load src for each other, if any, see lib/block_products.wgsl.
#define M 1
#define W {M}
#define R 1
#define ROWS 1
#define SHARED 0
#define CLASSED 1
#define WEIGHT F32
#if SHARED
enable subgroups;
#endif
#include "lib/step.wgsl"
#include "lib/weight.wgsl"
#include "lib/sums.wgsl"
override WORKGROUP_SIZE: u32 = 64u;
#include "lib/product.wgsl"

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
#if SHARED
  @builtin(subgroup_invocation_id) in_subgroup: u32,
#endif
) {
  let row0 = group.y * {M}u;
  if (row0 >= n_products()) { return; }
  let n = (group.x * WORKGROUP_SIZE + local) * {R}u;
#for m 0..M
  let src{m} = src_of(row0 + {m}u, n);
#endfor
#for r 0..ROWS
  // Rows beyond the last repeat it.
  let first{r} = first_of_row(start_of_group({r}u / {R}u, N) + min(n + {r}u % {R}u, N - 1u));
#for m 0..M
  var sum{r}_{m} = 0.0;
#endfor
#endfor
  let end_block = BLOCKS;
#include "lib/block_products.wgsl"
#if NORMED
#if SHARED
  // Neighbours compute the factors of different rows.
  let factor_of_one = norm_scale(row_squares(src_of(row0 + in_subgroup % {M}u, n)));
#endif
#endif
#for m 0..M
  {
    var sums = vec4<f32>(0.0);
    var ups = vec4<f32>(0.0);
#for r 0..R
    sums[{r}u] = sum{r}_{m};
#endfor
#if EPILOGUE == swiglu
#for r R..ROWS
    ups[{r}u - {R}u] = sum{r}_{m};
#endfor
#endif
#if NORMED
#if SHARED
    let factor = subgroupShuffle(factor_of_one, {m}u);
#else
    let factor = norm_scale(row_squares(src{m}));
#endif
#else
    let factor = 1.0;
#endif
    finish(row0 + {m}u, n, factor, sums, ups);
  }
#endfor
}

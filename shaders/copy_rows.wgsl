// copy_rows: copies N values of each row of src to column OFFSET of a row of dst. GATHER 1: only the rows that have outputs. RING 1: dst
// is [slot][RING_ROWS][DST_STRIDE], and a row goes to its position modulo RING_ROWS; otherwise it goes to its own row. One invocation
// per value; workgroup.y = row or output.
#define GATHER 0
#define RING 0
#include "lib/step.wgsl"
@group(0) @binding(1) var<storage, read> src: array<f32>;
@group(0) @binding(2) var<storage, read_write> dst: array<f32>;

override WORKGROUP_SIZE: u32 = 64u;
override N: u32 = 1u;
override SRC_STRIDE: u32 = 32u;
override DST_STRIDE: u32 = 32u;
override OFFSET: u32 = 0u;
#if RING
override RING_ROWS: u32 = 1u;
#endif

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
#if GATHER
  if (id.x >= N || id.y >= n_outputs()) { return; }
  let row = row_of_output(id.y);
#else
  if (id.x >= N || id.y >= n_rows()) { return; }
  let row = id.y;
#endif
#if RING
  let slot = step[step[1u + row].z / 4u - 1u].x;
  let to = slot * RING_ROWS + position_of(row) % RING_ROWS;
#else
  let to = row;
#endif
  dst[to * DST_STRIDE + OFFSET + id.x] = src[row * SRC_STRIDE + id.x];
}

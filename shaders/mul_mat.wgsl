// mul_mat: dst[row, n] = sum over k of weight[n, k] * src[row, k], for M rows at a time.
//
// workgroup.x walks weight rows, workgroup.y tiles of M rows. There are three mappings, which compute the same bits.
// LANES 1: an invocation computes R neighbouring weight rows (with SWIGLU: R of gate and R of up) by itself.
// Otherwise invocations share the classes of a sum and the rows of src, see lib/staged_products.wgsl.
// MAPPING tile: a workgroup shares the weights too, for the many rows of a prompt, see lib/mul_mat_tile.wgsl.
// Numerics: f32. The 32 terms of a block are added one after the other and multiplied by the block's scale; the blocks of a class
// are added in order, then the classes in order (CLASSES in lib/sums.wgsl). None of this depends on the mapping or on M, so a
// row's bits do not either (design D1). fma is explicit because a compiler might contract a * b + c for one M and not for another.
// NORMED 1: src rows are those of lib/deferred_norm.wgsl. EPILOGUE: store; accumulate, adds to dst; swiglu, dst = silu(gate) *
// up; add, where dst is the residual stream and the next norm is deferred; qkv, where rope rotates queries and keys, and keys and
// values go to the cache. lib/epilogue.wgsl has the options of an epilogue: BIAS, ACTIVATION, SOFTCAPPED, GATED.
// GROUPS 1: every GROUP_ROWS weight rows multiply another part of the src row, as heads do.
#define MAPPING lanes
#if MAPPING == tile
#include "lib/mul_mat_tile.wgsl"
#else
#define M 1
#define W {M}
#define R 1
#define ROWS 1
#define LANES 1
#define SHARED 0
#define WEIGHT F32
#if SHARED
enable subgroups;
#endif
#include "lib/step.wgsl"
#include "lib/weight.wgsl"
#include "lib/sums.wgsl"
override WORKGROUP_SIZE: u32 = 64u;
#include "lib/product.wgsl"
#if LANES != 1
#include "lib/staged_products.wgsl"
#endif

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
#if LANES == 1
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
    let factor = norm_scale(row_squares(src{m}));
#else
    let factor = 1.0;
#endif
    finish(row0 + {m}u, n, factor, sums, ups);
  }
#endfor
#else
  let n = group.x * WEIGHT_ROWS;
#include "lib/staged_loop.wgsl"
  // One invocation for every four products of a row.
  let m = local / (WEIGHT_ROWS / 4u);
  let first_row = local % (WEIGHT_ROWS / 4u) * 4u;
  if (m >= {M}u) { return; }
  let sums = total_of(m, first_row);
#if EPILOGUE == swiglu
  let ups = total_of({M}u + m, first_row);
#else
  let ups = vec4<f32>(0.0);
#endif
#if NORMED
  let factor = norm_scale(total_squares(m));
#else
  let factor = 1.0;
#endif
  finish(row0 + m, n + first_row, factor, sums, ups);
#endif
}
#endif

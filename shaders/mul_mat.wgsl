// mul_mat: dst[row, n] = sum over k of weight[n, k] * src[row, k], for M rows at a time.
//
// One invocation computes R weight rows (with SWIGLU: R of gate and R of up) against M rows of src. With LANES > 1, where R is 1,
// LANES, which is CLASSES, invocations share a weight row, each computing a class of its sum. workgroup.x walks weight rows, workgroup.y
// tiles of M rows. Without lanes R is 4.
// Numerics: f32. The 32 terms of a block are added one after the other and multiplied by the block's scale; the blocks of a class
// are added in order, then the classes in order (CLASSES in lib/sums.wgsl). None of this depends on M, R or LANES, so a row's bits
// do not either (design D1). fma is explicit because a compiler might contract a * b + c for one M and not for another.
// NORMED 1: src rows are those of lib/deferred_norm.wgsl. EPILOGUE: store; accumulate, adds to dst; swiglu, dst = silu(gate) *
// up; add, where dst is the residual stream and the next norm is deferred; qkv, where rope rotates queries and keys, and keys and
// values go to the cache. lib/epilogue.wgsl has the options of an epilogue: BIAS, ACTIVATION, SOFTCAPPED, GATED.
// GROUPS 1: every GROUP_ROWS weight rows multiply another part of the src row, as heads do.
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
// M slices of products; then, if there are any, M of squares and M of up's products.
#include "lib/lanes.wgsl"
#endif

// Block of the matrix where the r-th row of an invocation begins; rows beyond the last repeat it.
fn first_block(r: u32, n: u32) -> u32 {
  let row = min(n + r % {R}u, N - 1u);
  return first_of_row(select(row, start_of_group(1u, N) + row, r >= {R}u));
}

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
  let n = (group.x * WORKGROUP_SIZE + local) / {LANES}u * {R}u;
#if LANES != 1
  let lane = local % {LANES}u;
#endif
  let end_block = BLOCKS;

#for m 0..M
  let src{m} = src_of(row0 + {m}u, n);
#endfor
#for r 0..ROWS
  let first{r} = first_block({r}u, n);
#for m 0..M
  var sum{r}_{m} = 0.0;
#endfor
#endfor
#include "lib/block_products.wgsl"

#if LANES == 1
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
#for m 0..M
  partial[{m}u * WORKGROUP_SIZE + local] = sum0_{m};
#if NORMED
  if (local < CLASSES) { partial[({M}u + {m}u) * WORKGROUP_SIZE + local] = class_squares(src{m}, local); }
#endif
#if EPILOGUE == swiglu
  partial[({M}u * 2u + {m}u) * WORKGROUP_SIZE + local] = sum1_{m};
#endif
#endfor
  workgroupBarrier();
  // One invocation for every four products of a row.
  let m = local / (rows_of_weight() / 4u);
  let row = local % (rows_of_weight() / 4u) * 4u;
  if (m >= {M}u) { return; }
  let sums = sum_lanes(m, row);
  var ups = vec4<f32>(0.0);
#if EPILOGUE == swiglu
  ups = sum_lanes({M}u * 2u + m, row);
#endif
#if NORMED
  let factor = norm_scale(sum_classes({M}u + m));
#else
  let factor = 1.0;
#endif
  finish(row0 + m, group.x * rows_of_weight() + row, factor, sums, ups);
#endif
}

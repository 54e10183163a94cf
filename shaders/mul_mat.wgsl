// mul_mat: dst[row, n] = sum over k of weight[n, k] * src[row, k], for M rows at a time.
//
// workgroup.x walks weight rows, workgroup.y tiles of M rows. MAPPING says who computes what, and changes no bit:
//   alone   an invocation computes whole sums (lib/mul_mat_alone.wgsl): software adapters.
//   staged  invocations share the classes of a sum and the rows of src (lib/mul_mat_staged.wgsl): GPUs.
//   tile    a workgroup shares the weights, too (lib/mul_mat_tile.wgsl): GPUs, for the many rows of a prompt.
// Numerics: f32. The 32 terms of a block are added one after the other and multiplied by the block's scale; the blocks of a class
// are added in order, then the classes in order (CLASSES in lib/sums.wgsl). None of this depends on the mapping or on M, so a
// row's bits do not either (design D1). fma is explicit because a compiler might contract a * b + c for one M and not for another.
// NORMED 1: src rows are those of lib/deferred_norm.wgsl. EPILOGUE: store; accumulate, adds to dst; swiglu, dst = silu(gate) *
// up; add, where dst is the residual stream and the next norm is deferred; qkv, where rope rotates queries and keys, and keys and
// values go to the cache. lib/epilogue.wgsl has the options of an epilogue: BIAS, ACTIVATION, SOFTCAPPED, GATED.
// GROUPS 1: every GROUP_ROWS weight rows multiply another part of the src row, as heads do.
#define MAPPING alone
#include "lib/mul_mat_{MAPPING}.wgsl"

// mul_mat_id: products with the matrices of the experts that the router chose for each row. Only those matrices are read.
//
// STAGE gate_up: h[row, e, n] = activation(gate[n] . x, up[n] . x) for the e-th chosen expert of the row; store: weight[n] . x,
//   with OF_CHOICES 1 for rows of src that belong to choices.
// STAGE down: dst[row, n] += SCALE * sum over e of weight[e] * (down[n] . h[row, e]), experts by ascending index. down_store:
//   dst[row, n] = the same sum, of products + biases, or without weights.
// A matrix that is too large for one buffer comes in parts, each with some of the rows of every expert: N from DST_OFFSET on.
// Numerics: the products are those of mul_mat; a sum over experts begins with 0 and adds fma(weight, product, sum). So a row's
// bits do not depend on which rows chose the same expert (design D1), nor on the mapping:
// LANES 1: lib/expert_tiles.wgsl, for software adapters. Otherwise gate_up and store: lib/expert_lanes.wgsl; sums:
// lib/expert_sum_lanes.wgsl.
#define LANES 1
#define SHARED 0
#define CLASSED 1
#define STAGE gate_up
#define WEIGHT F32
// 1: an expert's rows are summed.
#if STAGE == down
#define SUMMED 1
#endif
#if STAGE == down_store
#define SUMMED 1
#endif
#if SUMMED
#define OF_CHOICES 1
#endif
#define SUMMED 0
#define OF_CHOICES 0
// 1: src has a deferred norm. 1: products have biases.
#define NORMED 1
#define BIAS 0
#if SHARED
enable subgroups;
#endif
#include "lib/step.wgsl"
#include "lib/weight.wgsl"
#include "lib/sums.wgsl"
@group(0) @binding(3) var<storage, read> src: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> dst: array<f32>;

override BLOCKS: u32 = 1u;
override N: u32 = 1u;
override N_EXPERTS: u32 = 1u;
override N_USED: u32 = 1u;
override DST_STRIDE: u32 = 1u;
override DST_OFFSET: u32 = 0u;

// [row, e] = (expert, bits of its weight)
#if STAGE == down
#include "lib/residual.wgsl"
@group(0) @binding(7) var<storage, read> chosen: array<vec2<u32>>;
#else
@group(0) @binding(5) var<storage, read> chosen: array<vec2<u32>>;
#endif
#if BIAS
#include "lib/expert_biases.wgsl"
#endif
#if SUMMED
#include "lib/expert_sums.wgsl"
#else
#include "lib/expert_outputs.wgsl"
#endif

// Start of a choice's row in src.
#if OF_CHOICES
fn src_of(choice: u32) -> u32 { return choice * BLOCKS * 8u; }
#else
#if NORMED
fn src_of(choice: u32) -> u32 { return choice / N_USED * BLOCKS * 10u; }
#else
fn src_of(choice: u32) -> u32 { return choice / N_USED * BLOCKS * 8u; }
#endif
#endif

// Block where row n of an expert's matrix begins; rows beyond the last repeat it. With gate_up the matrices
// of all experts' gates come first, then those of their ups.
fn first_of_matrix(matrix: u32, n: u32) -> u32 {
  return first_of_row(start_of_group(matrix, N) + min(n, N - 1u));
}

#if LANES == 1
#include "lib/expert_tiles.wgsl"
#else
#if SUMMED
#include "lib/expert_sum_lanes.wgsl"
#else
#include "lib/expert_lanes.wgsl"
#endif
#endif

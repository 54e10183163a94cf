// Ends of a product of src with a weight matrix, whatever computes its sums: where rows of src and of the matrix begin, and what
// becomes of the sums (EPILOGUE, lib/epilogue.wgsl).
#define NORMED 0
#define EPILOGUE store
#define BIAS 0
#if EPILOGUE == swiglu
#define ACTIVATION silu
#endif
#define ACTIVATION none
#define SOFTCAPPED 0
#define GATED 0
#define GROUPS 0
#define CACHE f32
@group(0) @binding(3) var<storage, read> src: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> dst: array<f32>;

// Blocks of 32 values per weight row, and weight rows.
override BLOCKS: u32 = 1u;
override N: u32 = 1u;
// Stride of the rows of dst in values, and the first value of a row that this matrix writes.
override DST_STRIDE: u32 = 1u;
override DST_OFFSET: u32 = 0u;
// 1: the rows of dst are the batch's output rows.
override OUTPUT_ROWS: u32 = 0u;

#if NORMED
#include "lib/deferred_norm.wgsl"
#endif
#if GROUPS
override GROUP_ROWS: u32 = 4u;
// Numbers of vec4s of src.
override GROUP_OFFSET: u32 = 0u;
override GROUP_STRIDE: u32 = 0u;
override ROW_STRIDE: u32 = 1u;
#endif
#include "lib/epilogue.wgsl"
#if EPILOGUE == add
#include "lib/residual.wgsl"
#endif
#if EPILOGUE == qkv
#include "lib/qkv.wgsl"
#endif

fn n_products() -> u32 { return select(n_rows(), n_outputs(), OUTPUT_ROWS == 1u); }

// Start of a row of src. Rows that only fill the last tile read the first one.
fn src_of(row: u32, n: u32) -> u32 {
#if GROUPS
  let group = GROUP_OFFSET + min(n, N - 1u) / GROUP_ROWS * GROUP_STRIDE;
  return select(row, 0u, row >= n_products()) * ROW_STRIDE + group;
#else
  if (row >= n_products()) { return 0u; }
#if NORMED
  return select(row, row_of_output(row), OUTPUT_ROWS == 1u) * BLOCKS * 10u;
#else
  return select(row, row_of_output(row), OUTPUT_ROWS == 1u) * BLOCKS * 8u;
#endif
#endif
}

// Finishes and stores sums n.. of a row, multiplied by `factor`: the four of one invocation, or those of four weight rows after
// adding their lanes.
fn finish(row: u32, n: u32, factor: f32, sums: vec4<f32>, ups: vec4<f32>) {
  if (row >= n_products()) { return; }
#if EPILOGUE == add
  add_to_residual(row, n, biased(sums, factor, n), SCALE);
#else
#if EPILOGUE == qkv
  if (n < N) { store_qkv(row, DST_OFFSET + n, sums * factor); }
#else
#if EPILOGUE == swiglu
  let values = activated(biased(sums, factor, n)) * biased_up(ups, factor, n);
#else
  let values = finished(sums, factor, n);
#endif
  let share = share_of(row);
  for (var i = 0u; i < 4u && n + i < N; i++) { put(row * DST_STRIDE + DST_OFFSET + n + i, values[i], share); }
#endif
#endif
}

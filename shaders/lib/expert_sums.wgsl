// Sum of the outputs of a row's experts, added to the residual stream (STAGE down) or stored (down_store). WEIGHTED 0: the sum is
// not weighted.
#define WEIGHTED 1
override SCALE: f32 = 1.0;

// Adds four products n.. of a choice to a sum.
fn add_expert(choice: u32, n: u32, products: vec4<f32>, sum: vec4<f32>) -> vec4<f32> {
#if BIAS
  let values = products + biases_of(chosen[choice].x, n);
#else
  let values = products;
#endif
#if WEIGHTED
  return fma(vec4<f32>(bitcast<f32>(chosen[choice].y)), values, sum);
#else
  return sum + values;
#endif
}

fn finish_sum(row: u32, n: u32, sum: vec4<f32>) {
#if STAGE == down
  add_to_residual(row, n, sum, SCALE);
#else
  for (var i = 0u; i < 4u && n + i < N; i++) { dst[row * DST_STRIDE + DST_OFFSET + n + i] = sum[i]; }
#endif
}

// Biases of the products with experts: [expert][BIAS_ROWS], of which this matrix has N from DST_OFFSET on; with gate_up those of
// the gates of all experts, then of their ups.
@group(0) @binding(6) var<storage, read> biases: array<f32>;
override BIAS_ROWS: u32 = 1u;

// Biases of weight rows n.. of an expert, up to four.
fn biases_of(expert: u32, n: u32) -> vec4<f32> {
  var four = vec4<f32>(0.0);
  for (var i = 0u; i < 4u && n + i < N; i++) { four[i] = biases[expert * BIAS_ROWS + DST_OFFSET + n + i]; }
  return four;
}

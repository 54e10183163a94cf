// Biases of the products with experts: [expert][BIAS_ROWS], of which this matrix has N from DST_OFFSET on; with gate_up those of
// the gates of all experts, then of their ups.
#define BIASES_AT 6
@group(0) @binding({BIASES_AT}) var<storage, read> biases: array<f32>;
override BIAS_ROWS: u32 = 1u;

fn bias_of(matrix: u32, n: u32) -> f32 { return biases[matrix * BIAS_ROWS + DST_OFFSET + n]; }

// Biases of weight rows n.. of an expert, up to four.
fn biases_of(matrix: u32, n: u32) -> vec4<f32> {
  var four = vec4<f32>(0.0);
  for (var i = 0u; i < 4u && n + i < N; i++) { four[i] = bias_of(matrix, n + i); }
  return four;
}

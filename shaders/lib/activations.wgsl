// Activations other than silu (lib/sums.wgsl). WGSL may assume that there are no infinities, so exp must not overflow. fma is
// explicit, because this is compiled for every number of rows.

// GELU in the tanh form, 0.5 x (1 + tanh(u)) with u = sqrt(2 / pi) (x + 0.044715 x^3): x times the sigmoid of 2 u.
fn gelu_quad(x: vec4<f32>) -> vec4<f32> {
  // Beyond 20 the sigmoid is 0 or 1, and the cube of x could overflow.
  let near = clamp(x, vec4<f32>(-20.0), vec4<f32>(20.0));
  let u2 = 1.5957691216057308 * near * fma(0.044715 * near, near, vec4<f32>(1.0));
  return x / (1.0 + exp(min(-u2, vec4<f32>(80.0))));
}

// Clamped swiglu of gpt-oss: g sigmoid(1.702 g) (u + 1).
fn oai_quad(gate: vec4<f32>, up: vec4<f32>) -> vec4<f32> {
  let g = min(gate, vec4<f32>(7.0));
  let u = clamp(up, vec4<f32>(-7.0), vec4<f32>(7.0));
  let h = g / (1.0 + exp(min(-1.702 * g, vec4<f32>(80.0))));
  return fma(h, u, h);
}

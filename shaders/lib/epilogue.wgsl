// What a product becomes before it is stored: bias, scale, softcap and activation, each only where a variant has it.
#if BIAS
#if EPILOGUE == add
@group(0) @binding(7) var<storage, read> bias: array<f32>;
#else
@group(0) @binding(5) var<storage, read> bias: array<f32>;
#endif
// Where the biases of up begin.
override BIAS_UP: u32 = 0u;
fn four_of_bias(first: u32) -> vec4<f32> {
  return vec4<f32>(bias[first], bias[first + 1u], bias[first + 2u], bias[first + 3u]);
}
fn biased(v: vec4<f32>, n: u32) -> vec4<f32> { return v + four_of_bias(DST_OFFSET + n); }
fn biased_up(v: vec4<f32>, n: u32) -> vec4<f32> { return v + four_of_bias(BIAS_UP + DST_OFFSET + n); }
#else
fn biased(v: vec4<f32>, n: u32) -> vec4<f32> { return v; }
fn biased_up(v: vec4<f32>, n: u32) -> vec4<f32> { return v; }
#endif

override SCALE: f32 = 1.0;
fn scaled(v: vec4<f32>) -> vec4<f32> { return v * SCALE; }

#if ACTIVATION == gelu
// The tanh form; beyond 10 tanh is 1 in f32, and some adapters overflow.
fn activated(x: vec4<f32>) -> vec4<f32> {
  let inner = clamp(0.7978845608028654 * (x + 0.044715 * x * x * x), vec4<f32>(-10.0), vec4<f32>(10.0));
  return 0.5 * x * (1.0 + tanh(inner));
}
#endif
#if ACTIVATION == relu2
fn activated(x: vec4<f32>) -> vec4<f32> { let v = max(x, vec4<f32>(0.0)); return v * v; }
#endif
#if ACTIVATION == silu
fn activated(x: vec4<f32>) -> vec4<f32> { return silu_quad(x); }
#endif
#if ACTIVATION == none
#if EPILOGUE == swiglu
fn activated(x: vec4<f32>) -> vec4<f32> { return silu_quad(x); }
#else
fn activated(x: vec4<f32>) -> vec4<f32> { return x; }
#endif
#endif

#if SOFTCAPPED
override SOFTCAP: f32 = 1.0;
fn capped(x: vec4<f32>) -> vec4<f32> {
  return SOFTCAP * tanh(clamp(x / SOFTCAP, vec4<f32>(-10.0), vec4<f32>(10.0)));
}
#else
fn capped(x: vec4<f32>) -> vec4<f32> { return x; }
#endif

#if EPILOGUE == accumulate
#if GATED
// A logit for each row of the batch.
@group(0) @binding(5) var<storage, read> gate: array<f32>;
fn finished(v: vec4<f32>, row: u32, n: u32) -> vec4<f32> {
  return v / (1.0 + exp(min(-gate[row], 80.0)));
}
#else
fn finished(v: vec4<f32>, row: u32, n: u32) -> vec4<f32> { return v; }
#endif
fn put(at: u32, value: f32) { dst[at] += value; }
#else
fn finished(v: vec4<f32>, row: u32, n: u32) -> vec4<f32> { return activated(capped(scaled(biased(v, n)))); }
fn put(at: u32, value: f32) { dst[at] = value; }
#endif

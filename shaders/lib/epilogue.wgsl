// Operations on the sums of a row before they are stored: the factor of a deferred norm, then bias, scale, softcap and
// activation, each only if a variant has it. fma is explicit, because this is compiled for every M (design D1).
#if BIAS
#if EPILOGUE == add
@group(0) @binding(7) var<storage, read> bias: array<f32>;
#else
@group(0) @binding(5) var<storage, read> bias: array<f32>;
#endif
// Index of the first bias of up.
override BIAS_UP: u32 = 0u;
fn biased(sums: vec4<f32>, factor: f32, n: u32) -> vec4<f32> {
  let first = DST_OFFSET + n;
  return fma(sums, vec4<f32>(factor), vec4<f32>(bias[first], bias[first + 1u], bias[first + 2u], bias[first + 3u]));
}
fn biased_up(sums: vec4<f32>, factor: f32, n: u32) -> vec4<f32> { return biased(sums, factor, BIAS_UP + n); }
#else
fn biased(sums: vec4<f32>, factor: f32, n: u32) -> vec4<f32> { return sums * factor; }
fn biased_up(sums: vec4<f32>, factor: f32, n: u32) -> vec4<f32> { return sums * factor; }
#endif

override SCALE: f32 = 1.0;

#if ACTIVATION == gelu
#include "lib/activations.wgsl"
fn activated(x: vec4<f32>) -> vec4<f32> { return gelu_quad(x); }
#endif
#if ACTIVATION == relu2
fn activated(x: vec4<f32>) -> vec4<f32> {
  let v = max(x, vec4<f32>(0.0));
  return v * v;
}
#endif
#if ACTIVATION == silu
fn activated(x: vec4<f32>) -> vec4<f32> { return silu_quad(x); }
#endif
#if ACTIVATION == none
fn activated(x: vec4<f32>) -> vec4<f32> { return x; }
#endif

#if SOFTCAPPED
#include "lib/tanh.wgsl"
override SOFTCAP: f32 = 1.0;
fn capped(x: vec4<f32>) -> vec4<f32> {
  let y = x / SOFTCAP;
  return SOFTCAP * vec4<f32>(tanh_of(y.x), tanh_of(y.y), tanh_of(y.z), tanh_of(y.w));
}
#else
fn capped(x: vec4<f32>) -> vec4<f32> { return x; }
#endif

#if EPILOGUE == accumulate
#if GATED
// One logit per row of the batch.
@group(0) @binding(5) var<storage, read> gate: array<f32>;
fn share_of(row: u32) -> f32 { return 1.0 / (1.0 + exp(min(-gate[row], 80.0))); }
#else
fn share_of(row: u32) -> f32 { return 1.0; }
#endif
fn finished(sums: vec4<f32>, factor: f32, n: u32) -> vec4<f32> { return sums; }
fn put(at: u32, value: f32, share: f32) { dst[at] = fma(value, share, dst[at]); }
#else
fn share_of(row: u32) -> f32 { return 1.0; }
fn finished(sums: vec4<f32>, factor: f32, n: u32) -> vec4<f32> {
  return activated(capped(biased(sums, factor, n) * SCALE));
}
fn put(at: u32, value: f32, share: f32) { dst[at] = value; }
#endif

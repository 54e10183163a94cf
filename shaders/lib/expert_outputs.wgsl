// Operations on the products of a row with an expert that it chose. STAGE gate_up stores activation(gate, up); store stores the
// products. NORMED 0: rows of src are plain. WEIGHS_INPUT 1: products are multiplied by the expert's weight, then biases are
// added.
#define ACTIVATION silu
#define WEIGHS_INPUT 0
#if NORMED
#include "lib/deferred_norm.wgsl"
#endif
#if ACTIVATION != silu
#include "lib/activations.wgsl"
#endif

// Factor of the products of a row of src that begins at `from_row`.
#if NORMED
fn row_scale(from_row: u32) -> f32 { return norm_scale(row_squares(from_row)); }
#else
fn row_scale(from_row: u32) -> f32 { return 1.0; }
#endif

// Factor of a choice's products besides that of the norm.
fn share_of(choice: u32) -> f32 {
#if WEIGHS_INPUT
  return bitcast<f32>(chosen[choice].y);
#else
  return 1.0;
#endif
}

#if !BIAS
fn biases_of(matrix: u32, n: u32) -> vec4<f32> { return vec4<f32>(0.0); }
fn bias_of(matrix: u32, n: u32) -> f32 { return 0.0; }
#endif
// Products from sums.
fn products_of(sums: vec4<f32>, factors: vec4<f32>, biases: vec4<f32>) -> vec4<f32> {
#if BIAS
  return fma(sums, factors, biases);
#else
  return sums * factors;
#endif
}

fn activated(gates: vec4<f32>, ups: vec4<f32>) -> vec4<f32> {
#if ACTIVATION == silu
  return silu_quad(gates) * ups;
#endif
#if ACTIVATION == gelu
  return gelu_quad(gates) * ups;
#endif
#if ACTIVATION == oai
  return oai_quad(gates, ups);
#endif
}

// Four values to store, from their sums, and with gate_up those of up; their factors, and the biases of both.
fn finished(
  sums: vec4<f32>, up_sums: vec4<f32>, factors: vec4<f32>, biases: vec4<f32>, up_biases: vec4<f32>,
) -> vec4<f32> {
  let products = products_of(sums, factors, biases);
#if STAGE == gate_up
  return activated(products, products_of(up_sums, factors, up_biases));
#else
  return products;
#endif
}

// Stores value n of a choice.
fn put(choice: u32, n: u32, value: f32) { dst[choice * DST_STRIDE + DST_OFFSET + n] = value; }

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

fn tile_of(group: vec3<u32>) -> u32 { return group.z; }

// Start of a choice's row in src, and the factor of its products.
#if NORMED
fn src_of(choice: u32) -> u32 { return choice / N_USED * BLOCKS * 10u; }
fn row_scale(from_row: u32) -> f32 { return norm_scale(row_squares(from_row)); }
#else
fn src_of(choice: u32) -> u32 { return choice / N_USED * BLOCKS * 8u; }
fn row_scale(from_row: u32) -> f32 { return 1.0; }
#endif

// Products from sums, with the biases of matrix number `matrix` among all experts' matrices.
fn products_of(sums: vec4<f32>, factor: f32, matrix: u32, n: u32) -> vec4<f32> {
#if BIAS
  return fma(sums, vec4<f32>(factor), biases_of(matrix, n));
#else
  return sums * factor;
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

// Stores values n.. of a choice: the sums of products with its row, multiplied by `scale`.
fn finish_choice(choice: u32, n: u32, scale: f32, sums: vec4<f32>, up_sums: vec4<f32>) {
  let expert = chosen[choice].x;
#if WEIGHS_INPUT
  let factor = scale * bitcast<f32>(chosen[choice].y);
#else
  let factor = scale;
#endif
  let products = products_of(sums, factor, expert, n);
#if STAGE == gate_up
  put_quad(choice, n, activated(products, products_of(up_sums, factor, N_EXPERTS + expert, n)));
#else
  put_quad(choice, n, products);
#endif
}

// Products that end a branch: added to the residual stream, dst, with a deferred norm (lib/deferred_norm.wgsl).
#define RESIDUAL_AT 5
@group(0) @binding({RESIDUAL_AT}) var<storage, read> norm_weight: array<f32>;
@group(0) @binding({RESIDUAL_AT+1}) var<storage, read_write> next: array<f32>;

// Adds `factor` times up to four products n.. of the N of a row, to values DST_OFFSET + n.. of the row. DST_OFFSET is a multiple
// of four, so that a sum of squares covers the same four values in however many parts the product comes.
fn add_to_residual(row: u32, n: u32, products: vec4<f32>, factor: f32) {
  if (n >= N) { return; }
  let from_next = row * (DST_STRIDE / 4u * 5u);
  let first = DST_OFFSET + n;
  var squares = 0.0;
  for (var i = 0u; i < min(4u, N - n); i++) {
    let x = fma(products[i], factor, dst[row * DST_STRIDE + first + i]);
    dst[row * DST_STRIDE + first + i] = x;
    next[from_next + first + i] = x * norm_weight[first + i];
    squares = fma(x, x, squares);
  }
  next[from_next + DST_STRIDE + first / 4u] = squares;
}

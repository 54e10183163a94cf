// Products that end a block: added to the residual stream, dst, whose norm is deferred (lib/deferred_norm.wgsl).
@group(0) @binding(5) var<storage, read> norm_weight: array<f32>;
@group(0) @binding(6) var<storage, read_write> next: array<f32>;
// Values from one row of dst to the next.
override RESIDUAL_STRIDE: u32 = 32u;

// Adds products n.. of the N of a row, up to four.
fn add_to_residual(row: u32, n: u32, products: vec4<f32>) {
  if (n >= N) { return; }
  let from_next = row * (RESIDUAL_STRIDE / 4u * 5u);
  var squares = 0.0;
  for (var i = 0u; i < min(4u, N - n); i++) {
    let x = dst[row * RESIDUAL_STRIDE + n + i] + products[i];
    dst[row * RESIDUAL_STRIDE + n + i] = x;
    next[from_next + n + i] = x * norm_weight[n + i];
    squares = fma(x, x, squares);
  }
  next[from_next + RESIDUAL_STRIDE + n / 4u] = squares;
}

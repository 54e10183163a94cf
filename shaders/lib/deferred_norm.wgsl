// A row whose norm is deferred: weight * x, padded to whole blocks, then the sums of squares of four x each; 40 values
// for each 32 of x. Who writes x leaves these beside it; who multiplies them scales the product afterwards, since
// W (weight * x / rms) = (W (weight * x)) / rms. So a norm is no dispatch, and is not computed again in every workgroup.
// In rows of src, which the including shader declares:
override NORM_K: u32 = 1u;
override EPS: f32 = 1e-5;

// Every `by`-th four of the sums of squares of the row that begins at `from_row`, added up.
fn some_squares(from_row: u32, first: u32, by: u32) -> f32 {
  var sum = vec4<f32>(0.0);
  let end = BLOCKS * 2u + unknown_zero();
  for (var i = first; i < end; i += by) { sum += src[from_row + BLOCKS * 8u + i]; }
  return quad_sum(sum);
}

// 1 / rms of a row, of its sum of squares.
fn norm_scale(squares: f32) -> f32 { return 1.0 / sqrt(squares / f32(NORM_K) + EPS); }

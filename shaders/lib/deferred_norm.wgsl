// Row with a deferred norm: weight * x, padded to whole blocks, then the sums of squares of every four x; 40 values for each 32
// of x. The kernel that writes x stores both; the kernel that multiplies them scales the product afterwards, since W (weight * x
// / rms) = (W (weight * x)) / rms. So a norm needs no dispatch, and workgroups do not recompute it.
// Functions for rows of src, which the including shader declares:
override NORM_K: u32 = 1u;
override EPS: f32 = 1e-5;

// Adds up every `by`-th vec4 of a row's sums of squares, from vec4 `first` on. The row begins at `from_row`.
fn some_squares(from_row: u32, first: u32, by: u32) -> f32 {
  var sum = vec4<f32>(0.0);
  let end = BLOCKS * 2u + unknown_zero();
  for (var i = first; i < end; i += by) { sum += src[from_row + BLOCKS * 8u + i]; }
  return quad_sum(sum);
}

// 1 / rms of a row, from its sum of squares.
fn norm_scale(squares: f32) -> f32 { return 1.0 / sqrt(squares / f32(NORM_K) + EPS); }

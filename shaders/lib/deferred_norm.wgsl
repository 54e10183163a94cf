// Row with a deferred norm: weight * x, padded to whole blocks, then the sums of squares of every four x; 40 values for each 32
// of x. The kernel that writes x stores both; the kernel that multiplies them scales the product afterwards, since W (weight * x
// / rms) = (W (weight * x)) / rms. So a norm needs no dispatch, and workgroups do not recompute it.
// Functions for rows of src, which the including shader declares:
override NORM_K: u32 = 1u;
override EPS: f32 = 1e-5;

// Sums of squares of a class of a row: of groups of 32 values, of which each has two vec4s. The row begins at `from_row`.
fn class_squares(from_row: u32, class_index: u32) -> f32 {
  var sum = vec4<f32>(0.0);
  let n = n_in_class(BLOCKS, class_index);
  for (var i = 0u; i < n; i++) {
    let at = from_row + BLOCKS * 8u + 2u * (class_index + i * CLASSES);
    sum += src[at];
    sum += src[at + 1u];
  }
  return quad_sum(sum);
}

// Sum of a row's classes, in one loop like that of lib/block_products.wgsl.
fn row_squares(from_row: u32) -> f32 {
  var sum = 0.0;
  var class_sum = vec4<f32>(0.0);
  var group = 0u;
  let n = BLOCKS + unknown_zero();
  for (var i = 0u; i < n; i++) {
    let at = from_row + BLOCKS * 8u + 2u * group;
    class_sum += src[at];
    class_sum += src[at + 1u];
    group += CLASSES;
    if (group >= BLOCKS) {
      group = next_class(group);
      sum += quad_sum(class_sum);
      class_sum = vec4<f32>(0.0);
    }
  }
  return sum;
}

// 1 / rms of a row, from its sum of squares.
fn norm_scale(squares: f32) -> f32 { return 1.0 / sqrt(squares / f32(NORM_K) + EPS); }

// Products of the router by 16 row lanes times 16 class lanes.
const ROW_LANES = 16u;
// Class sums of a pass: [r][class][row lane].
var<workgroup> partial: array<f32, 256 * {R}>;
#if NORMED
var<workgroup> squares: array<f32, CLASSES>;
#endif

// Factor of the row's deferred norm.
fn row_factor(from_row: u32, local: u32) -> f32 {
#if NORMED
  if (local < CLASSES) { squares[local] = class_squares(from_row, local); }
  workgroupBarrier();
  var sum = 0.0;
  for (var c = 0u; c < CLASSES; c++) { sum += squares[c]; }
  return norm_scale(sum);
#else
  return 1.0;
#endif
}

// Computes the values of all experts, 16 R in a pass.
fn find_values(from_row: u32, local: u32, scale: f32) {
  let row_lane = local % ROW_LANES;
  let class_index = local / ROW_LANES;
  let n_blocks = n_in_class(BLOCKS, class_index);
  let n_passes = (N_EXPERTS + ROW_LANES * {R}u - 1u) / (ROW_LANES * {R}u);
  for (var pass_index = 0u; pass_index < n_passes; pass_index++) {
    let expert0 = pass_index * ROW_LANES * {R}u + row_lane;
#for r 0..R
    let first{r} = first_of_row(min(expert0 + {r}u * ROW_LANES, N_EXPERTS - 1u));
    var class{r} = 0.0;
#endfor
    for (var i = 0u; i < n_blocks; i++) {
      let block = class_index + i * CLASSES;
#for r 0..R
      let weight{r} = load_block(first{r} + block * BLOCK_STRIDE);
      var part{r} = 0.0;
#endfor
      for (var q = 0u; q < 4u; q++) {
        let low = src[from_row + block * 8u + q];
        let high = src[from_row + block * 8u + 4u + q];
#for r 0..R
        part{r} = add_dot(high_quad(weight{r}, q), high, add_dot(low_quad(weight{r}, q), low, part{r}));
#endfor
      }
#for r 0..R
      class{r} = fma(scale_of_block(weight{r}), part{r}, class{r});
#endfor
    }
    workgroupBarrier();
#for r 0..R
    partial[{r}u * 256u + local] = class{r};
#endfor
    workgroupBarrier();
    // Invocation r * 16 + row lane adds the classes of one expert.
    let expert = pass_index * ROW_LANES * {R}u + local;
    if (local < ROW_LANES * {R}u && expert < N_EXPERTS) {
      var product = 0.0;
      for (var c = 0u; c < CLASSES; c++) {
        product += partial[local / ROW_LANES * 256u + c * ROW_LANES + local % ROW_LANES];
      }
      values[expert] = value_of(expert, product, scale);
    }
  }
}

// Adds up, in order, the classes of the sums whose vec4s of a weight row are number {pass} * PASS and the following.
#for r 0..ROWS
#for m 0..M
if (({r}u / {R}u * {M}u + {m}u) / 4u / {PASS}u == {pass}u) {
  const sum = {r}u / {R}u * {M}u + {m}u;
  let row = {r}u % {R}u * {ROW_LANES}u + row_lane;
  shared_vectors[(sum / 4u % {PASS}u * {LANES}u + class_lane) * WEIGHT_ROWS + row][sum % 4u] = class{r}_{m};
}
#endfor
#endfor
workgroupBarrier();
if (local < {PASS}u * WEIGHT_ROWS && {pass}u * {PASS}u + local / WEIGHT_ROWS < {VECTORS}u) {
  let vector = local / WEIGHT_ROWS;
  let row = local % WEIGHT_ROWS;
  var total = vec4<f32>(0.0);
  for (var c = 0u; c < {LANES}u; c++) { total += shared_vectors[(vector * {LANES}u + c) * WEIGHT_ROWS + row]; }
  totals[({pass}u * {PASS}u + vector) * WEIGHT_ROWS + row] = total;
}

// Number of rows that the workgroup of `row` computes: up to R neighbours in the same slot, from it on; 0 if a neighbour's
// workgroup computes it.
fn rows_from(row: u32) -> u32 {
#if R == 1
  return 1u;
#else
  if (index_in_run(row) % {R}u != 0u) { return 0u; }
  var count = 1u;
  while (count < {R}u && row + count < n_rows() && index_in_run(row + count) != 0u) { count++; }
  return count;
#endif
}

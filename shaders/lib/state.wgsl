// State that recurrent layers carry from position to position, in f32 (docs/architecture.md, D17). A slot's memory holds its
// positions before `base`. The inputs of later positions are kept, in rings of RING rows by position, so that a draft that is
// rejected costs nothing: the next step applies the kept inputs before its own first row again, in the same order.

// Number of a row's slot, its `base`, and the position up to which this step stores the memory.
fn state_of(row: u32) -> vec3<u32> { return step[step[1u + row].z / 4u - 1u].xyz; }

// First row of run `number` of the batch, whose rows are of one slot; n_rows() if there are fewer runs.
fn run_start(number: u32) -> u32 {
  let end = n_rows();
  var begun = 0u;
  for (var row = 0u; row < end; row++) {
    if (index_in_run(row) > 0u) { continue; }
    if (begun == number) { return row; }
    begun++;
  }
  return end;
}

// Whether a row behind `row` by `distance` is of the same run.
fn runs_on(row: u32, distance: u32) -> bool {
  let later = row + distance;
  return later < n_rows() && index_in_run(later) == index_in_run(row) + distance;
}

// Number of rows of the run that begins with `row`.
fn run_length(row: u32) -> u32 {
  let rest = n_rows() - row;
  // The batch of a single slot is one run.
  if (runs_on(row, rest - 1u)) { return rest; }
  for (var length = 1u; length < rest; length++) {
    if (!runs_on(row, length)) { return length; }
  }
  return rest;
}

// Products of a workgroup's weight rows with M rows of src, for adapters on which neighbouring invocations load together.
//
// Invocation `local` has row lane local % ROW_LANES and class lane local / ROW_LANES. A row lane has R weight rows, ROW_LANES
// apart (with SWIGLU: R of gate and R of up); a class lane computes one class of their sums (CLASSES in lib/sums.wgsl). LANES is
// CLASSES, or less if a row has fewer blocks. So the row lanes of a class load neighbouring pieces of a group of weight rows, and
// all of them multiply the same values of src. These lie in workgroup memory, up to 8 KiB at a time: STAGE blocks of each of the M
// rows, or of LANES blocks the vec4s that QUADS low quads and QUADS high quads multiply.
// At the end class sums take their place, four of a weight row in a vec4: PASS such vec4s of each row at a time.
const WEIGHT_ROWS = {ROW_LANES}u * {R}u;
const SHARED_VECTORS = 512u;
var<workgroup> shared_vectors: array<vec4<f32>, SHARED_VECTORS>;
// Sums of a row: with SWIGLU those of gate for each row of src, then those of up. Four to a vec4, in VECTORS of them.
var<workgroup> totals: array<vec4<f32>, {VECTORS}u * WEIGHT_ROWS>;
#if NORMED
var<workgroup> squares: array<f32, {M}u * {LANES}u>;
#endif

// Place of a vec4 of a staged block: number i of QUADS low ones, then of QUADS high ones. Those of neighbouring blocks, which
// class lanes read at the same time, are neighbours, and those of a block are at constant distances.
fn staged_at(m: u32, block: u32, i: u32) -> u32 { return (m * {QUADS}u * 2u + i) * {STAGE}u + block; }

// Sums number `sum` of four neighbouring weight rows.
fn total_of(sum: u32, row: u32) -> vec4<f32> {
  let at = sum / 4u * WEIGHT_ROWS + row;
  let i = sum % 4u;
  return vec4<f32>(totals[at][i], totals[at + 1u][i], totals[at + 2u][i], totals[at + 3u][i]);
}

#if NORMED
fn total_squares(m: u32) -> f32 {
  var sum = 0.0;
  for (var c = 0u; c < {LANES}u; c++) { sum += squares[m * {LANES}u + c]; }
  return sum;
}
#endif

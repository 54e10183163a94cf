// Per-step data in one small buffer that every kernel reads (design D2).
// step[0]     = (rows in the batch, output rows, step of the draft chain, 0)
// step[1 + r] = (token, position, word of this array where the page table of its slot begins, index of the row that
//                output r belongs to, and times 65536 the number of rows of its slot just before row r)
// A token CHOSEN + n refers to element n of the tokens that an earlier step chose.
// After the rows follow their slots: a vec4 for recurrent layers (lib/state.wgsl), then the page table, a page per word.
const CHOSEN = 0x80000000u;
@group(0) @binding(0) var<storage, read> step: array<vec4<u32>>;

fn n_rows() -> u32 { return step[0].x; }
fn n_outputs() -> u32 { return step[0].y; }
fn draft_step() -> u32 { return step[0].z; }
// Zero that the compiler cannot know: in the bound of a loop it prevents unrolling, which can take seconds.
fn unknown_zero() -> u32 { return step[0].w; }
fn token_of(row: u32) -> u32 { return step[1u + row].x; }
fn position_of(row: u32) -> u32 { return step[1u + row].y; }
// Page number `index` of the row's slot.
fn page_of(row: u32, index: u32) -> u32 {
  let word = step[1u + row].z + index;
  return step[word / 4u][word % 4u];
}
fn row_of_output(output: u32) -> u32 { return step[1u + output].w & 0xffffu; }
// Number of rows just before this one that are of the same slot: 0 begins a run.
fn index_in_run(row: u32) -> u32 { return step[1u + row].w >> 16u; }

// Recurrence of which an invocation has a column: its inputs, row by row, and its state, four values in a vec4. Inputs of positions
// before the batch were kept in a ring of the slot. A row has ROW_QUADS vec4s.
#define STATE_QUADS 1
#include "lib/step.wgsl"
#include "lib/state.wgsl"
#include "lib/sums.wgsl"
@group(0) @binding(1) var<storage, read> rows: array<vec4<f32>>;
// [slot][RING][ROW_QUADS]
@group(0) @binding(2) var<storage, read> kept: array<vec4<f32>>;
// States of all slots, in which the vec4s of a column are a stride apart.
@group(0) @binding(3) var<storage, read_write> memory: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> params: array<f32>;
@group(0) @binding(5) var<storage, read_write> dst: array<f32>;

override WORKGROUP_SIZE: u32 = 32u;
override RING: u32 = 8u;
override ROW_QUADS: u32 = 1u;
override DST_STRIDE: u32 = 4u;

var<private> state: array<vec4<f32>, {STATE_QUADS}>;

// Rows of one slot: its number, positions of its memory before and after this step, and of its first row and behind its last.
struct Run { slot: u32, base: u32, commit: u32, first: u32, end: u32 }

fn run_from(first_row: u32) -> Run {
  let moved = state_of(first_row);
  let first = position_of(first_row);
  return Run(moved.x, moved.y, moved.z, first, first + run_length(first_row));
}

// Reads a column of the memory; a sequence that begins has none.
fn load_state(run: Run, cell: u32, stride: u32) {
  for (var i = 0u; i < {STATE_QUADS}u; i++) {
    state[i] = vec4<f32>(0.0);
    if (run.base > 0u) { state[i] = memory[cell + i * stride]; }
  }
}

// Stores a column before `position` is computed, where this step has to.
fn store_state(run: Run, position: u32, cell: u32, stride: u32) {
  if (position != run.commit || run.commit == run.base) { return; }
  for (var i = 0u; i < {STATE_QUADS}u; i++) { memory[cell + i * stride] = state[i]; }
}

// Row of inputs: its first quad, and whether it is a kept one.
struct Inputs { at: u32, is_kept: bool }

// Inputs of a run that begins with `first_row`, at a position from its base on.
fn inputs_at(run: Run, first_row: u32, position: u32) -> Inputs {
  if (position < run.first) { return Inputs((run.slot * RING + position % RING) * ROW_QUADS, true); }
  return Inputs((first_row + position - run.first) * ROW_QUADS, false);
}

fn input_quad(row: Inputs, i: u32) -> vec4<f32> {
  if (row.is_kept) { return kept[row.at + i]; }
  return rows[row.at + i];
}

fn input_value(row: Inputs, i: u32) -> f32 { return input_quad(row, i / 4u)[i % 4u]; }

// ln(1 + e^x). WGSL may assume that there are no infinities, so exp must not overflow; from 20 on the result is x in f32.
fn softplus(x: f32) -> f32 { return select(log(1.0 + exp(min(x, 20.0))), x, x > 20.0); }

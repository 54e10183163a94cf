// Inputs of a recurrence, row by row: those of positions before the batch were kept in a ring of the slot. A row has ROW_QUADS
// vec4s.
@group(0) @binding(1) var<storage, read> rows: array<vec4<f32>>;
// [slot][RING][ROW_QUADS]
@group(0) @binding(2) var<storage, read> kept: array<vec4<f32>>;
override RING: u32 = 8u;
override ROW_QUADS: u32 = 1u;

// Row of inputs: its first quad, and whether it is a kept one.
struct Inputs { at: u32, is_kept: bool }

// Inputs of a run that begins with `first_row`, at a position from `base` on.
fn inputs_at(first_row: u32, slot: u32, position: u32) -> Inputs {
  let first = position_of(first_row);
  if (position < first) { return Inputs((slot * RING + position % RING) * ROW_QUADS, true); }
  return Inputs((first_row + position - first) * ROW_QUADS, false);
}

fn input_quad(row: Inputs, i: u32) -> vec4<f32> {
  if (row.is_kept) { return kept[row.at + i]; }
  return rows[row.at + i];
}

fn input_value(row: Inputs, i: u32) -> f32 { return input_quad(row, i / 4u)[i % 4u]; }

// ln(1 + e^x). WGSL may assume that there are no infinities, so exp must not overflow; from 20 on the result is x in f32.
fn softplus(x: f32) -> f32 { return select(log(1.0 + exp(min(x, 20.0))), x, x > 20.0); }

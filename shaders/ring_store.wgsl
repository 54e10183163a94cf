// ring_store: keeps the inputs of a recurrent layer at the last positions of each slot, each at its position modulo RING. Rows of a
// run that later ones would overwrite are left out. One invocation per value and row (workgroup.y).
#define INPUT plain
#include "lib/step.wgsl"
#include "lib/state.wgsl"
@group(0) @binding(1) var<storage, read> src: array<f32>;
// [slot][RING][CHANNELS]
@group(0) @binding(2) var<storage, read_write> ring: array<f32>;

override WORKGROUP_SIZE: u32 = 64u;
override RING: u32 = 8u;
#include "lib/conv_input.wgsl"

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let row = id.y;
  if (row >= n_rows() || id.x >= CHANNELS || runs_on(row, RING)) { return; }
  ring[(state_of(row).x * RING + position_of(row) % RING) * CHANNELS + id.x] = conv_input(row, id.x);
}

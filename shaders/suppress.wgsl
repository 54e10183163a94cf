// suppress: makes the logits of N tokens minus infinity. One invocation per token and output row (workgroup.y). Logits are bits here,
// because WGSL may assume that there are no infinities.
#include "lib/step.wgsl"
// [output, N_VOCAB]
@group(0) @binding(1) var<storage, read_write> logits: array<u32>;
@group(0) @binding(2) var<storage, read> tokens: array<f32>;

override WORKGROUP_SIZE: u32 = 32u;
override N: u32 = 1u;
override N_VOCAB: u32 = 1u;
const MINUS_INFINITY = 0xff800000u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= N || id.y >= n_outputs()) { return; }
  logits[id.y * N_VOCAB + u32(tokens[id.x])] = MINUS_INFINITY;
}

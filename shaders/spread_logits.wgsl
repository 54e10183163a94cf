// spread_logits: makes logits of all tokens from those of N of them. FILL 1: all logits become minus infinity. FILL 0: the logit of
// tokens[i] becomes own[i]. One invocation per logit that is written; workgroup.y = output. Logits are bits here, because WGSL may
// assume that there are no infinities.
#define FILL 0
#include "lib/step.wgsl"
// [output, N_VOCAB]
@group(0) @binding(1) var<storage, read_write> logits: array<u32>;
#if FILL == 0
// [output, N]
@group(0) @binding(2) var<storage, read> own: array<u32>;
// Ids, as numbers.
@group(0) @binding(3) var<storage, read> tokens: array<f32>;
#endif

override WORKGROUP_SIZE: u32 = 64u;
override N: u32 = 1u;
override N_VOCAB: u32 = 1u;
const MINUS_INFINITY = 0xff800000u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.y >= n_outputs()) { return; }
#if FILL
  if (id.x < N_VOCAB) { logits[id.y * N_VOCAB + id.x] = MINUS_INFINITY; }
#else
  if (id.x < N) { logits[id.y * N_VOCAB + min(u32(tokens[id.x]), N_VOCAB - 1u)] = own[id.y * N + id.x]; }
#endif
}

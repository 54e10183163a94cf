// argmax: the likeliest token of each output row, lowest id on a tie. A workgroup finds that of one stretch of a row's candidates;
// if a row has several stretches, the results are the candidates of another stage. A row's candidates are in order of their
// tokens. A maximum does not depend on how they are divided, so stretches may have any length. In a draft chain each step's token
// has its own place.
#define SOURCE logits
#define RESULT tokens
#define LOADS 4
#include "lib/step.wgsl"
#include "lib/candidates.wgsl"
#if RESULT == tokens
// [draft step, output] = token
@group(0) @binding(2) var<storage, read_write> dst: array<u32>;
#else
// [output, stretch] = candidate
@group(0) @binding(2) var<storage, read_write> dst: array<vec2<u32>>;
#endif

// A power of two, and its logarithm.
override WORKGROUP_SIZE: u32 = 16u;
override LEVELS: u32 = 4u;
// Rounds of LOADS candidates per lane that cover a stretch.
override ROUNDS: u32 = 1u;

var<workgroup> best_of: array<vec2<u32>, WORKGROUP_SIZE>;

// The candidate with the larger logit; the lower token wins a tie.
fn better(a: vec2<u32>, b: vec2<u32>) -> vec2<u32> {
  let logit_a = bitcast<f32>(a.y);
  let logit_b = bitcast<f32>(b.y);
  return select(a, b, logit_b > logit_a || (logit_b == logit_a && b.x < a.x));
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let output = group.y;
  if (output >= n_outputs()) { return; }
  let first = group.x * STRETCH + lane;
  // Beyond the stretch a lane repeats the last candidate, which changes no maximum.
  let last = min((group.x + 1u) * STRETCH, N_CANDIDATES) - 1u;
  var best = candidate(output, min(first, last));
  for (var round = 0u; round < ROUNDS; round++) {
    let at = first + round * ({LOADS}u * WORKGROUP_SIZE);
#for i 0..LOADS
    let next{i} = candidate(output, min(at + {i}u * WORKGROUP_SIZE, last));
#endfor
    // A row's candidates are in order of their tokens, so that a lane keeps the first of equal ones.
#for i 0..LOADS
    best = select(best, next{i}, bitcast<f32>(next{i}.y) > bitcast<f32>(best.y));
#endfor
  }
  best_of[lane] = best;
  for (var level = 0u; level < LEVELS; level++) {
    workgroupBarrier();
    let half = WORKGROUP_SIZE >> (level + 1u);
    if (lane < half) { best_of[lane] = better(best_of[lane], best_of[lane + half]); }
  }
  if (lane != 0u) { return; }
#if RESULT == tokens
  dst[draft_step() * n_outputs() + output] = best_of[0].x;
#else
  dst[output * groups.x + group.x] = best_of[0];
#endif
}

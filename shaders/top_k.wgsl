// top_k: the K likeliest tokens of each output row, in any order; of equal logits those with the lowest ids.
//
// A workgroup finds those of one stretch of a row's candidates; if a row has several stretches, the results are the candidates of
// another stage. Candidates are dealt to runs in turn. The K-th best of the runs' best is a bound: K candidates reach it, so all
// results do, and only the K runs whose best reaches it have candidates that do. The results are the K best of these.
// Candidates are ordered by logit and token, so no two are equal, and equal logits are nothing special. No float is computed, so
// the set is exact.
#define SOURCE logits
#define RESULT tokens
#define LOADS 4
#include "lib/step.wgsl"
#include "lib/candidates.wgsl"
#include "lib/kth_best.wgsl"
#if RESULT == tokens
// [draft step, output, K] = (token, bits of its logit)
#else
// [output, K, stretch] = candidate: neighbours are of different stretches, so that runs share the likeliest ones.
#endif
@group(0) @binding(2) var<storage, read_write> dst: array<vec2<u32>>;

override WORKGROUP_SIZE: u32 = 64u;
override K: u32 = 1u;
// Runs of a workgroup and of a lane, and rounds of LOADS candidates that cover a run.
override RUNS: u32 = 64u;
override LANE_RUNS: u32 = 1u;
override ROUNDS: u32 = 1u;
// Rounds of one result per lane.
override RESULT_ROUNDS: u32 = 1u;

// Best candidate of each run, and the runs whose best reaches the bound.
var<workgroup> best_of: array<vec2<u32>, RUNS>;
var<workgroup> reaching: array<u32, K>;
var<workgroup> n_reaching: atomic<u32>;
var<workgroup> n_results: atomic<u32>;

// Candidate `index` of a row, or NONE beyond its stretch.
fn ordered_at(output: u32, index: u32, end: u32) -> vec2<u32> {
  return select(NONE, ordered(candidate(output, min(index, end - 1u))), index < end);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) lane: u32,
) {
  let output = group.y;
  if (output >= n_outputs()) { return; }
  let begin = group.x * STRETCH;
  let end = min(begin + STRETCH, N_CANDIDATES);
  let lane_runs = LANE_RUNS + unknown_zero();
  let rounds = ROUNDS + unknown_zero();
  let result_rounds = RESULT_ROUNDS + unknown_zero();

  var differing = vec2<u32>(0u);
  let first = ordered(candidate(output, begin));
  for (var i = 0u; i < lane_runs; i++) {
    let run = i * WORKGROUP_SIZE + lane;
    var best = NONE;
    for (var round = 0u; round < rounds; round++) {
      let at = begin + round * ({LOADS}u * RUNS) + run;
#for i 0..LOADS
      let next{i} = ordered_at(output, at + {i}u * RUNS, end);
#endfor
#for i 0..LOADS
      best = select(best, next{i}, reaches(next{i}, best));
#endfor
    }
    best_of[run] = best;
    differing |= best ^ first;
  }
  begin_search(first, differing, RUNS, lane);
  for (var pass_index = 0u; pass_index < PASSES; pass_index++) {
    let at = workgroupUniformLoad(&search);
    if (at.wanted >= at.count) { break; }
    for (var i = 0u; i < lane_runs; i++) { count_digit(best_of[i * WORKGROUP_SIZE + lane], at); }
    end_pass(at, lane);
  }
  let bound = workgroupUniformLoad(&search).digits;

  differing = vec2<u32>(0u);
  for (var i = 0u; i < lane_runs; i++) {
    let run = i * WORKGROUP_SIZE + lane;
    let best = best_of[run];
    // An empty run has nothing to add.
    if (best.x != 0u && reaches(best, bound)) {
      reaching[atomicAdd(&n_reaching, 1u)] = run;
      // All pairs between the bound and a best have the bits that these two share.
      differing |= best ^ bound;
    }
  }
  begin_search(bound, differing, 0xffffffffu, lane);
  let n = atomicLoad(&n_reaching);
  for (var pass_index = 0u; pass_index < PASSES; pass_index++) {
    let at = workgroupUniformLoad(&search);
    if (at.wanted >= at.count) { break; }
    for (var i = 0u; i < result_rounds; i++) {
      let slot = i * WORKGROUP_SIZE + lane;
      if (slot < n) {
        let run = begin + reaching[slot];
        for (var round = 0u; round < rounds; round++) {
          let start = run + round * ({LOADS}u * RUNS);
#for i 0..LOADS
          let next{i} = ordered_at(output, start + {i}u * RUNS, end);
#endfor
#for i 0..LOADS
          if (reaches(next{i}, bound)) { count_digit(next{i}, at); }
#endfor
        }
      }
    }
    end_pass(at, lane);
  }
  let found = workgroupUniformLoad(&search).digits;
  // The digits that are not known are zeros, so that what was found may be less than the bound.
  let least = select(bound, found, reaches(found, bound));

  for (var i = 0u; i < result_rounds; i++) {
    let slot = i * WORKGROUP_SIZE + lane;
    if (slot < n) {
      let run = begin + reaching[slot];
      for (var round = 0u; round < rounds; round++) {
        let start = run + round * ({LOADS}u * RUNS);
#for i 0..LOADS
        let next{i} = ordered_at(output, start + {i}u * RUNS, end);
#endfor
#for i 0..LOADS
        if (next{i}.x != 0u && reaches(next{i}, least)) { put(next{i}, atomicAdd(&n_results, 1u), output, group.x, groups.x); }
#endfor
      }
    }
  }
#if RESULT != tokens
  // A stretch may have fewer than K candidates.
  workgroupBarrier();
  let n_found = atomicLoad(&n_results);
  for (var i = 0u; i < result_rounds; i++) {
    let slot = i * WORKGROUP_SIZE + lane;
    if (slot >= n_found && slot < K) { put(NONE, slot, output, group.x, groups.x); }
  }
#endif
}

fn put(found: vec2<u32>, slot: u32, output: u32, stretch: u32, n_stretches: u32) {
#if RESULT == tokens
  dst[(draft_step() * n_outputs() + output) * K + slot] = candidate_of(found);
#else
  dst[(output * K + slot) * n_stretches + stretch] = candidate_of(found);
#endif
}

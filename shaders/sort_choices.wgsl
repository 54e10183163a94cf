// sort_choices: sorts the choices of a batch by expert, into the groups of lib/sorted_choices.wgsl, so that products with an
// expert find its rows without a search. Choices of an expert stay in order. One workgroup for the whole batch: each invocation
// counts the choices of its experts, then, when all counts are known, puts them into its experts' groups.
#include "lib/step.wgsl"
#include "lib/sorted_choices.wgsl"
@group(0) @binding(1) var<storage, read> chosen: array<vec2<u32>>;
@group(0) @binding(2) var<storage, read_write> sorted: array<u32>;

override N_EXPERTS: u32 = 1u;
override N_USED: u32 = 1u;
override N_GROUPS: u32 = 1u;

const WORKGROUP_SIZE = 256u;
// Choices that invocations look at together, and the groups of each expert.
var<workgroup> experts: array<u32, WORKGROUP_SIZE>;
var<workgroup> counts: array<u32, N_EXPERTS>;
var<workgroup> groups_before: array<u32, N_EXPERTS>;

fn groups_of(count: u32) -> u32 { return (count + GROUP - 1u) / GROUP; }

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(local_invocation_index) local: u32) {
  let n_choices = n_rows() * N_USED;
  let n_tiles = (n_choices + WORKGROUP_SIZE - 1u) / WORKGROUP_SIZE;
  for (var i = local; i < N_GROUPS * GROUP; i += WORKGROUP_SIZE) { sorted[i] = NO_CHOICE; }

  for (var tile = 0u; tile < n_tiles; tile++) {
    let first = tile * WORKGROUP_SIZE;
    let n = min(WORKGROUP_SIZE, n_choices - first);
    workgroupBarrier();
    if (local < n) { experts[local] = chosen[first + local].x; }
    workgroupBarrier();
    for (var e = local; e < N_EXPERTS; e += WORKGROUP_SIZE) {
      var count = 0u;
      for (var i = 0u; i < n; i++) { count += u32(experts[i] == e); }
      counts[e] += count;
    }
  }
  workgroupBarrier();
  for (var e = local; e < N_EXPERTS; e += WORKGROUP_SIZE) {
    var before = 0u;
    let own = e;
    for (var i = 0u; i < own; i++) { before += groups_of(counts[i]); }
    groups_before[e] = before * GROUP;
  }
  // From here on an expert's place is where its next choice goes.
  for (var tile = 0u; tile < n_tiles; tile++) {
    let first = tile * WORKGROUP_SIZE;
    let n = min(WORKGROUP_SIZE, n_choices - first);
    storageBarrier();
    workgroupBarrier();
    if (local < n) { experts[local] = chosen[first + local].x; }
    workgroupBarrier();
    for (var e = local; e < N_EXPERTS; e += WORKGROUP_SIZE) {
      var at = groups_before[e];
      for (var i = 0u; i < n; i++) {
        if (experts[i] == e) {
          sorted[at] = first + i;
          at++;
        }
      }
      groups_before[e] = at;
    }
  }
}

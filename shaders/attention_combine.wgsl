// attention_combine: merges the states that attention stored for spans of positions (flash decoding, Dao et al. 2023), in the
// order of lib/softmax.wgsl, and divides the values by the sum. All f32. PART_SPANS: spans of a part, which is one span or has
// one for each tile.
// One workgroup computes 16 quads of one head's output (workgroup.x) for one row (workgroup.y). Each of its 16 slices merges the
// tiles of one part; the first slice then merges these parts into the state of all.
// WINDOWED 1: spans before the last WINDOW positions of a row do not count.
// SINKS 1: the softmax of a head begins with a logit that has no value.
#define SINKS 0
#define PART_SPANS 1
#include "lib/step.wgsl"
#include "lib/window.wgsl"
#include "lib/softmax.wgsl"
// [span, row, head] = quads of the values, then (largest score, sum, 0, 0)
@group(0) @binding(1) var<storage, read> partial: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> dst: array<vec4<f32>>;
#if SINKS
@group(0) @binding(3) var<storage, read> sinks: array<f32>;
#endif

override N_HEAD: u32 = 1u;
override HEAD_DIM: u32 = 4u;
// Stride of the rows of dst in vec4s.
override DST_STRIDE: u32 = 1u;

const SPAN = PART_TILES * TILE / {PART_SPANS}u;
const QUADS = 16u;
const SLICES = 16u;
var<workgroup> parts: array<Softmax, SLICES * QUADS>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let row = group.y;
  if (row >= n_rows()) { return; }
  let quads = HEAD_DIM / 4u;
  let groups = (quads + QUADS - 1u) / QUADS;
  let head = group.x / groups;
  let slice = lane / QUADS;
  let quad = group.x % groups * QUADS + lane % QUADS;
  let own = min(quad, quads - 1u);
  let first_span = first_seen(row) / SPAN;
  let end_span = position_of(row) / SPAN + 1u;
  let first_part = first_span / {PART_SPANS}u;
  let end_part = (end_span - 1u) / {PART_SPANS}u + 1u;
#if SINKS
  var all = Softmax(sinks[head], 1.0, vec4<f32>(0.0));
#else
  var all = nothing();
#endif
  let rounds = (end_part - first_part + SLICES - 1u) / SLICES;
  for (var round = 0u; round < rounds; round++) {
    let round_part = first_part + round * SLICES;
    let part = round_part + slice;
    if (part < end_part) {
#for n 0..PART_SPANS
      let span{n} = part * {PART_SPANS}u + {n}u;
      let at{n} = ((clamp(span{n}, first_span, end_span - 1u) * n_rows() + row) * N_HEAD + head) * (quads + 1u);
      let acc{n} = partial[at{n} + own];
      let sums{n} = partial[at{n} + quads];
#endfor
      var state = nothing();
#for n 0..PART_SPANS
      if (span{n} >= first_span && span{n} < end_span) { state = merged(state, Softmax(sums{n}.x, sums{n}.y, acc{n})); }
#endfor
      parts[lane] = state;
    }
    workgroupBarrier();
    if (slice == 0u) {
      let count = min(SLICES, end_part - round_part);
      for (var i = 0u; i < count; i++) { all = merged(all, parts[i * QUADS + lane]); }
    }
    workgroupBarrier();
  }
  if (slice == 0u && quad < quads) { dst[row * DST_STRIDE + head * quads + quad] = all.acc / all.total; }
}

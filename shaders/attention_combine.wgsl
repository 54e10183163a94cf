// attention_combine: merges the outputs of attention's splits of the positions (flash decoding, Dao et al. 2023).
// Adds up, in order, the accumulators of the splits that a row reaches, each times exp(its maximum - the largest maximum), and
// divides by the sums weighted the same way. All f32. WINDOWED 1: splits before the last WINDOW positions of a row do not count.
// SINKS 1: the sum begins with a logit of the head that has no value. One invocation computes four values of one row's output;
// workgroup.y = row.
#define SINKS 0
#include "lib/step.wgsl"
#include "lib/window.wgsl"
// [row, head, split] = quads of the accumulator, then (maximum, sum, 0, 0)
@group(0) @binding(1) var<storage, read> partial: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> dst: array<vec4<f32>>;
#if SINKS
@group(0) @binding(3) var<storage, read> sinks: array<f32>;
#endif

override WORKGROUP_SIZE: u32 = 32u;
override N_HEAD: u32 = 1u;
override HEAD_DIM: u32 = 4u;
override SPLIT: u32 = 64u;
override SPLITS: u32 = 1u;
// Stride of the rows of dst in vec4s.
override DST_STRIDE: u32 = 1u;

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let quads = HEAD_DIM / 4u;
  let row = id.y;
  if (row >= n_rows() || id.x >= N_HEAD * quads) { return; }
  let n = position_of(row) / SPLIT + 1u;
  let begin = first_seen(row) / SPLIT;
  let stride = quads + 1u;
  let head = id.x / quads;
  let first = (row * N_HEAD + head) * SPLITS * stride;
  var highest = partial[first + begin * stride + quads].x;
  for (var s = begin + 1u; s < n; s++) { highest = max(highest, partial[first + s * stride + quads].x); }
#if SINKS
  highest = max(highest, sinks[head]);
  var total = exp(sinks[head] - highest);
#else
  var total = 0.0;
#endif
  var acc = vec4<f32>(0.0);
  for (var s = begin; s < n; s++) {
    let from_split = first + s * stride;
    let state = partial[from_split + quads];
    let keep = exp(state.x - highest);
    total = fma(state.y, keep, total);
    acc = fma(partial[from_split + id.x % quads], vec4<f32>(keep), acc);
  }
  dst[row * DST_STRIDE + id.x] = acc / total;
}

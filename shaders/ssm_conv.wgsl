// ssm_conv: causal convolution of each channel over positions. An input at an earlier position comes from the rows of the batch, or
// from the ring of its slot; before position 0 there are none. Then silu (Mamba-2, gated delta net), or the product with a row's
// second CHANNELS values (LFM2). One invocation per channel and row (workgroup.y); the taps are added from the earliest on, each
// with a fused multiply-add in f32, whatever the batch (design D1).
// BIAS 1: the sum begins with a bias. PASSED values of a row behind its channels are copied behind the results.
#define INPUT plain
#define BIAS 0
#include "lib/step.wgsl"
#include "lib/state.wgsl"
#include "lib/sums.wgsl"
@group(0) @binding(1) var<storage, read> src: array<f32>;
// [slot][RING][CHANNELS]
@group(0) @binding(2) var<storage, read> ring: array<f32>;
// [CHANNELS][TAPS], then the biases
@group(0) @binding(3) var<storage, read> taps: array<f32>;
@group(0) @binding(4) var<storage, read_write> dst: array<f32>;

override WORKGROUP_SIZE: u32 = 64u;
override TAPS: u32 = 4u;
override RING: u32 = 8u;
override PASSED: u32 = 0u;
override DST_STRIDE: u32 = 1u;
#include "lib/conv_input.wgsl"

@compute @workgroup_size(WORKGROUP_SIZE)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let channel = id.x;
  let row = id.y;
  if (row >= n_rows() || channel >= CHANNELS + PASSED) { return; }
  let to = row * DST_STRIDE + channel;
  if (channel >= CHANNELS) {
    dst[to] = src[row * SRC_STRIDE + OFFSET + channel];
    return;
  }
  let position = position_of(row);
  let in_batch = index_in_run(row);
  let slot = state_of(row).x;
  var sum = 0.0;
#if BIAS
  sum = taps[CHANNELS * TAPS + channel];
#endif
  for (var tap = TAPS - min(TAPS, position + 1u); tap < TAPS; tap++) {
    let back = TAPS - 1u - tap;
    var x = 0.0;
    if (back <= in_batch) {
      x = conv_input(row - back, channel);
    } else {
      x = ring[(slot * RING + (position - back) % RING) * CHANNELS + channel];
    }
    sum = fma(taps[channel * TAPS + tap], x, sum);
  }
#if INPUT == product
  dst[to] = sum * src[row * SRC_STRIDE + CHANNELS + channel];
#else
  dst[to] = silu(sum);
#endif
}

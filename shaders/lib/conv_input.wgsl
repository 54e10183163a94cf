// Inputs of a causal convolution (ssm_conv, ring_store). INPUT plain: CHANNELS values of a row from OFFSET on. INPUT product: the
// values from 0 on, times those from 2 CHANNELS on (LFM2's b and x, with c between).
override CHANNELS: u32 = 1u;
override SRC_STRIDE: u32 = 1u;
override OFFSET: u32 = 0u;

fn conv_input(row: u32, channel: u32) -> f32 {
  let at = row * SRC_STRIDE + channel;
#if INPUT == product
  return src[at] * src[at + 2u * CHANNELS];
#else
  return src[at + OFFSET];
#endif
}

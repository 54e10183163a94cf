import type { Architectures } from './architecture.ts';
import { decoder, POST_NORMS } from './decoder.ts';
import { routerByKeys } from './ffn.ts';

export const glms: Architectures = {
  glm4: keys => decoder(keys, { norms: POST_NORMS }),
  /** GLM 4.5. The norm before its feed-forward is named like one after attention. */
  glm4moe: keys =>
    decoder(keys, {
      norms: { ffn: 'post_attention_norm' },
      rope: { pairs: 'halves' },
      qkNorm: keys.hasTensor('blk.0.attn_q_norm.weight') ? { weights: 'head' } : null,
      experts: routerByKeys(keys, 'sigmoid'),
    }),
};

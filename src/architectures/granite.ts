import type { Architecture, Architectures } from './architecture.ts';
import { type DecoderOptions, decoder } from './decoder.ts';
import type { Keys } from './keys.ts';
import { mamba2Of } from './mamba.ts';

/** Granite 3 and 4. `rope.scaling.finetuned` switches rope. */
const granite: Architecture = keys => decoder(keys, graniteOptions(keys));

function graniteOptions(keys: Keys): DecoderOptions {
  return {
    ...(keys.bool('rope.scaling.finetuned', true) ? {} : { rope: null }),
    embeddingScale: keys.optional('embedding_scale') ?? 1,
    residualScale: keys.optional('residual_scale') ?? 1,
    logitScale: 1 / keys.positive('logit_scale'),
  };
}

export const granites: Architectures = {
  granite,
  granitemoe: granite,
  /** Granite 4: layers without KV heads are Mamba-2. */
  granitehybrid: keys => {
    const nKvHeads = keys.counts('attention.head_count_kv', 0);
    const mamba = mamba2Of(keys);
    return decoder(keys, {
      ...graniteOptions(keys),
      recurrent: layer => (nKvHeads[layer] === 0 ? mamba : null),
    });
  },
  /** MiniCPM 1 and 2. Files without the scales are older ones, of models with these defaults. */
  minicpm: keys =>
    decoder(keys, {
      embeddingScale: keys.positive('embedding_scale', 12),
      residualScale: keys.positive('residual_scale', 1.4 / Math.sqrt(keys.nTrunk)),
      logitScale: 1 / keys.positive('logit_scale', keys.nEmbd / 256),
    }),
};

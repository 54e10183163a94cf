import type { Architecture, Architectures } from './architecture.ts';
import { decoder } from './decoder.ts';

/** Granite 3 and 4 without state space layers. `rope.scaling.finetuned` switches rope. */
const granite: Architecture = keys =>
  decoder(keys, {
    ...(keys.bool('rope.scaling.finetuned', true) ? {} : { rope: null }),
    embeddingScale: keys.optional('embedding_scale') ?? 1,
    residualScale: keys.optional('residual_scale') ?? 1,
    logitScale: 1 / keys.positive('logit_scale'),
  });

export const granites: Architectures = {
  granite,
  granitemoe: granite,
  /** MiniCPM 1 and 2. Files without the scales are older ones, of models with these defaults. */
  minicpm: keys =>
    decoder(keys, {
      embeddingScale: keys.positive('embedding_scale', 12),
      residualScale: keys.positive('residual_scale', 1.4 / Math.sqrt(keys.nLayers)),
      logitScale: 1 / keys.positive('logit_scale', keys.nEmbd / 256),
    }),
};

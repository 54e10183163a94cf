import type { Architectures } from './architecture.ts';
import { decoder, epsilon } from './decoder.ts';

/**
 * Pattern of Llama 4's layers that see only their chunk, and the length of a chunk. llama.cpp does not read either from the file.
 */
const CHUNKED_LAYERS = 4;
const CHUNK = 8192;

export const llamas: Architectures = {
  /** Llama, Mistral, Mixtral, SmolLM2, and models converted to their format. Like llama.cpp, ignores their sliding window. */
  llama: keys => decoder(keys),
  arcee: keys => decoder(keys, { activation: 'relu2', gated: false }),
  ernie4_5: keys => decoder(keys),
  internlm2: keys => decoder(keys),
  smollm3: keys =>
    decoder(keys, { layer: (layer, { rope }) => ({ rope: (layer + 1) % 4 === 0 ? null : rope }) }),
  mistral3: keys => {
    const scale = keys.optional('attention.temperature_scale');
    const length = keys.count('rope.scaling.original_context_length', keys.count('context_length'));
    return decoder(keys, {
      rope: {
        readsBetas: true,
        logMultiplier: keys.optional('rope.scaling.yarn_log_multiplier') ?? 0,
      },
      layer: () => ({ temperature: scale === null ? null : { scale, length, offset: 0 } }),
    });
  },
  llama4: keys => {
    const isChunked = keys.count('attention.sliding_window', CHUNK) !== 0;
    const chunked = keys.windowed(CHUNKED_LAYERS);
    const normalises = keys.count('expert_count', 0) !== 128;
    return decoder(keys, {
      experts: { gating: 'sigmoid', normalise: false, weighsInput: true },
      layer: (layer, { rope }) => {
        if (isChunked && (layer + 1) % CHUNKED_LAYERS === 0)
          return { rope: null, temperature: { scale: 0.1, length: CHUNK, offset: 1 } };
        return {
          rope,
          ...(isChunked && chunked[layer] ? { chunk: CHUNK } : {}),
          qkNorm: normalises
            ? { kind: 'rms', weights: 'unit', eps: epsilon(keys, 'rms'), afterRope: true }
            : null,
        };
      },
    });
  },
};

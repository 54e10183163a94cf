import { buildDryBreakers } from '../../engine/sampler/dryBreakers.ts';
import type { Tokenizer } from '../../tokenizer/index.ts';
import type { SamplerContext } from './samplerParams.ts';

/** Collects the parts of the vocabulary that sampler chains need. `random` returns unsigned 32-bit numbers. */
export function samplerContext(tokenizer: Tokenizer, random: () => number): SamplerContext {
  // A scan of the vocabulary takes as long as generating many tokens, so it runs once for the defaults and once per request, not
  // once per prompt.
  const known = new WeakMap<readonly string[], ReturnType<typeof buildDryBreakers>>();
  return {
    eogTokens: tokenizer.eogTokens,
    randomSeed: random,
    dryBreakers(breakers) {
      const found =
        known.get(breakers) ??
        buildDryBreakers(breakers, pieces(tokenizer), bytes => encodeBytes(bytes, tokenizer));
      known.set(breakers, found);
      return found;
    },
  };
}

function* pieces(tokenizer: Tokenizer): Iterable<Uint8Array> {
  for (let token = 0; token < tokenizer.nVocab; token++) yield tokenizer.piece(token, true);
}

function encodeBytes(bytes: Uint8Array, tokenizer: Tokenizer): readonly number[] {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  return tokenizer.encode(text, { addSpecial: false, parseSpecial: false });
}

import { buildDryBreakers } from '../../engine/sampler/dryBreakers.ts';
import type { Tokenizer } from '../../tokenizer/index.ts';
import type { SamplerContext } from './samplerParams.ts';

/** What sampler chains need of the vocabulary. `random` gives unsigned 32-bit numbers. */
export function samplerContext(tokenizer: Tokenizer, random: () => number): SamplerContext {
  // Going through the vocabulary takes as long as many tokens: once for the defaults, once for all prompts of a request.
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

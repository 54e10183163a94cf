import type { DraftToken } from '../forward/drafting.ts';
import type { Candidates } from '../forward/forward.ts';

/** Number of candidates over which the probability of a draft token is normalised, as in llama.cpp's draft sampler. */
const DRAFT_CANDIDATES = 10;

/** Decodes [output] = token. */
export function argmaxCandidates(words: Uint32Array): Candidates[] {
  return Array.from(words, token => ({ ids: Int32Array.of(token), logits: new Float32Array(1) }));
}

/** Decodes [draft step, output] = token into one draft per output. */
export function draftedTokens(words: Uint32Array, nOutputs: number, nDraft: number): DraftToken[][] {
  return Array.from({ length: nOutputs }, (_, output) =>
    Array.from({ length: nDraft }, (_, step) => ({ token: words[step * nOutputs + output], p: 1 })),
  );
}

/** Decodes [draft step, output, k] = (token, bits of its logit) into one draft per output. */
export function draftsWithProbability(
  words: Uint32Array,
  nOutputs: number,
  nDraft: number,
  k: number,
): DraftToken[][] {
  const chosen = topKCandidates(words, nDraft * nOutputs, k).map(candidates => ({
    token: candidates.ids[0],
    p: draftProbability(candidates),
  }));
  return Array.from({ length: nOutputs }, (_, output) =>
    Array.from({ length: nDraft }, (_, step) => chosen[step * nOutputs + output]),
  );
}

/** Decodes [output, k] = (token, bits of its logit) in any order. */
export function topKCandidates(words: Uint32Array, nOutputs: number, k: number): Candidates[] {
  const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
  return Array.from({ length: nOutputs }, (_, output) => {
    const first = output * k;
    const order = Array.from({ length: k }, (_, i) => first + i);
    order.sort((a, b) => floats[2 * b + 1] - floats[2 * a + 1] || words[2 * a] - words[2 * b]);
    return {
      ids: Int32Array.from(order, i => words[2 * i]),
      logits: Float32Array.from(order, i => floats[2 * i + 1]),
    };
  });
}

/** Decodes [output, nVocab] logits. All rows share `ids`, which lists every id in order. */
export function logitsCandidates(words: Uint32Array, nOutputs: number, ids: Int32Array): Candidates[] {
  const nVocab = ids.length;
  return Array.from({ length: nOutputs }, (_, output) => ({
    ids,
    logits: new Float32Array(words.buffer, words.byteOffset + 4 * output * nVocab, nVocab).slice(),
  }));
}

/** Decodes [output, stride] rows of `nEmbd` values each. */
export function hiddenStates(
  words: Uint32Array,
  nOutputs: number,
  nEmbd: number,
  stride: number,
): Float32Array[] {
  return Array.from({ length: nOutputs }, (_, output) =>
    new Float32Array(words.buffer, words.byteOffset + 4 * output * stride, nEmbd).slice(),
  );
}

/** Probability of the first of sorted candidates among the likeliest ten. */
export function draftProbability({ logits }: Candidates): number {
  let total = 0;
  for (const logit of logits.subarray(0, DRAFT_CANDIDATES)) total += Math.exp(logit - logits[0]);
  return 1 / total;
}

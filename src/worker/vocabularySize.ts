import type { ModelFile } from '../model/modelFile.ts';
import { ForetokenError } from '../util/errors.ts';

/**
 * Checks the vocabulary before the weights: a token without an embedding, or the reverse, would otherwise fail in the middle of an
 * answer. Throws `invalid_gguf`.
 */
export function checkVocabularySize({ gguf, spec }: ModelFile, nTokens: number): void {
  if (nTokens === spec.nVocab) return;
  throw new ForetokenError(
    'invalid_gguf',
    `${gguf.source.name} has ${nTokens} tokens but ${spec.nVocab} rows in token_embd.weight; they have to be as many`,
  );
}

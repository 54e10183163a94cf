/**
 * Text to tokens and back, for the vocabularies of GGUF files.
 *
 * @module foretoken/tokenizer
 */
export { createTokenizer } from './createTokenizer.ts';
export { vocabularyFrom } from './fromGguf.ts';
export { vocabularyMismatch } from './mismatch.ts';
export type { PreTokenizer, SplitStep } from './preTokenizers.ts';
export { StreamDecoder } from './streamDecoder.ts';
export type { EncodeOptions, Tokenizer } from './tokenizer.ts';
export {
  FIM_ROLES,
  type FimRole,
  type Method,
  TOKEN_TYPE,
  type VocabType,
  type VocabularySpec,
} from './vocabularySpec.ts';

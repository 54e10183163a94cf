// Public API of src/tokenizer: text to tokens and back for the vocabularies of GGUF files.
export { createTokenizer } from './createTokenizer.ts';
export { vocabularyFrom } from './fromGguf.ts';
export { vocabularyMismatch } from './mismatch.ts';
export { StreamDecoder } from './streamDecoder.ts';
export type { EncodeOptions, Tokenizer } from './tokenizer.ts';
export {
  FIM_ROLES,
  type FimRole,
  TOKEN_TYPE,
  type VocabType,
  type VocabularySpec,
} from './vocabularySpec.ts';

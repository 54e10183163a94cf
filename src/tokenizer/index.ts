// Public API of src/tokenizer: text to tokens and back for SentencePiece vocabularies of GGUF files.
export { vocabularyMismatch } from './mismatch.ts';
export { StreamDecoder } from './streamDecoder.ts';
export { type EncodeOptions, Tokenizer } from './tokenizer.ts';
export { FIM_ROLES, type FimRole, TOKEN_TYPE, type VocabularySpec } from './vocabularySpec.ts';

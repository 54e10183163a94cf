import type { Architectures } from './architecture.ts';
import { decoder } from './decoder.ts';

export const llamas: Architectures = {
  /** Llama, Mistral, Mixtral, SmolLM2, and all that were converted to them. llama.cpp ignores their sliding window, too. */
  llama: keys => decoder(keys),
};

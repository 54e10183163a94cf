/** Missing features that whole families need, by prefixes of the names of their architectures. */
const MISSING: readonly (readonly [prefix: RegExp, piece: string])[] = [
  [/^jamba$/, 'the norms of its state space (Mamba) layers'],
  [/^nemotron_h|^plamo[23]$/, 'the order of its state space (Mamba-2) layers'],
  [/^rwkv|^arwkv/, 'the RWKV layer'],
  [/^gemma4-assistant$/, 'attention to the KV cache of another model'],
  [/bert$|bert-|^gemma-embedding$|^llama-embed$|^t5/, 'the encoder, whose tokens see what follows them,'],
  [/vl$|vlmoe$|^cogvlm$|^chameleon$/, 'the position embedding of images'],
];

/** Feature that an architecture needs and that is missing, as a noun; null if unknown. */
export function missingPiece(architecture: string): string | null {
  return MISSING.find(([name]) => name.test(architecture))?.[1] ?? null;
}

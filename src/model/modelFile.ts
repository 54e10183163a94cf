import { ignoredTensors, readModelSpec } from '../architectures/index.ts';
import type { ModelSpec } from '../architectures/spec.ts';
import type { GgufFile } from '../gguf/index.ts';
import { type ModelBlocks, modelBlocks } from './modelBlocks.ts';

/** Checked model file for which nothing is allocated yet. */
export interface ModelFile {
  readonly gguf: GgufFile;
  readonly spec: ModelSpec;
  readonly blocks: ModelBlocks;
}

/** Checks a file's metadata and tensors. Throws `unsupported_model` or `invalid_gguf`. */
export function checkModel(gguf: GgufFile): ModelFile {
  const spec = readModelSpec(gguf);
  return { gguf, spec, blocks: modelBlocks(gguf, spec, ignoredTensors(gguf, spec)) };
}

/** Size of all tensors of a file in bytes. */
export function tensorBytes({ tensors }: GgufFile): number {
  let total = 0;
  for (const { sizeBytes } of tensors.values()) total += sizeBytes;
  return total;
}

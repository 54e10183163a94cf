import { ignoredTensors, isMtpSidecar, readModelSpec, readMtpSpec } from '../architectures/index.ts';
import type { ModelSpec } from '../architectures/spec.ts';
import { completedBy, type GgufFile } from '../gguf/index.ts';
import { ForetokenError } from '../util/errors.ts';
import type { TablePlace } from './blocks/perLayer.ts';
import { type ModelBlocks, modelBlocks } from './modelBlocks.ts';

export { hasMtpHead, isMtpSidecar } from '../architectures/index.ts';

/** Checked model file for which nothing is allocated yet. */
export interface ModelFile {
  readonly gguf: GgufFile;
  readonly spec: ModelSpec;
  readonly blocks: ModelBlocks;
  /** Names of tensors that are those of another model on the device; none, except in an MTP head. */
  readonly shared: ReadonlySet<string>;
}

/** Matrices that an MTP head has in common with its target, unless it has its own. */
const COMMON = ['token_embd.weight', 'output.weight'] as const;

/**
 * Checks a file's metadata and tensors. Throws `unsupported_model` or `invalid_gguf`; the first for an MTP head without its trunk too.
 * `tablePlace`: where per-layer embeddings are to be; by default, on the GPU if they are small.
 */
export function checkModel(gguf: GgufFile, tablePlace?: TablePlace): ModelFile {
  if (isMtpSidecar(gguf))
    throw new ForetokenError(
      'unsupported_model',
      `${gguf.source.name} holds only an MTP head: give it as the draft of the model that it was made for`,
    );
  const spec = readModelSpec(gguf);
  const blocks = modelBlocks(gguf, spec, ignoredTensors(gguf, spec), tablePlace);
  return { gguf, spec, blocks, shared: new Set() };
}

/**
 * Checks the MTP head in `gguf`, which is the target's file itself, or a sidecar of it. What a sidecar lacks is the
 * target's.
 *
 * @throws ForetokenError like `checkModel`; `draft_incompatible` if it has another width or vocabulary than the target
 */
export function checkMtp(gguf: GgufFile, target: ModelFile): ModelFile {
  const isSidecar = gguf !== target.gguf;
  const all = isSidecar ? completedBy(gguf, target.gguf) : gguf;
  const spec = readMtpSpec(all);
  const { nEmbd, nVocab } = target.spec;
  if (spec.nEmbd !== nEmbd || spec.nVocab !== nVocab)
    throw new ForetokenError(
      'draft_incompatible',
      `the MTP head in ${gguf.source.name} has rows of ${spec.nEmbd} values and ${spec.nVocab} tokens, but its target ${nEmbd} and ${nVocab}; use the head of this model`,
    );
  const [{ prefix }] = spec.layers;
  const ignored = new Set([...all.tensors.keys()].filter(name => !name.startsWith(prefix)));
  const shared = new Set(COMMON.filter(name => !isSidecar || !gguf.tensors.has(name)));
  return { gguf: all, spec, blocks: modelBlocks(all, spec, ignored), shared };
}

/** Size of all tensors of a file in bytes. */
export function tensorBytes({ tensors }: GgufFile): number {
  let total = 0;
  for (const { sizeBytes } of tensors.values()) total += sizeBytes;
  return total;
}

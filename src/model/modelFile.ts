import {
  fusionTensors,
  ignoredTensors,
  isEagle3,
  isMtpSidecar,
  readEagle3Spec,
  readModelSpec,
  readMtpSpec,
} from '../architectures/index.ts';
import type { Features, ModelSpec } from '../architectures/spec.ts';
import { completedBy, type GgufFile, lending } from '../gguf/index.ts';
import { assert } from '../util/assert.ts';
import { ForetokenError } from '../util/errors.ts';
import type { TablePlace } from './blocks/perLayer.ts';
import { fusing, type ModelBlocks, modelBlocks, tapped } from './modelBlocks.ts';

export { hasMtpHead, isEagle3, isMtpSidecar } from '../architectures/index.ts';

/** Checked model file for which nothing is allocated yet. */
export interface ModelFile {
  readonly gguf: GgufFile;
  readonly spec: ModelSpec;
  readonly blocks: ModelBlocks;
  /** Names of tensors that are those of another model on the device; none, except in an MTP head or an EAGLE-3 draft. */
  readonly shared: ReadonlySet<string>;
  /** Width of the states that it keeps for one of these; null if it keeps none. */
  readonly kept: number | null;
}

/** Matrices that an MTP head or an EAGLE-3 draft has in common with its target, unless it has its own. */
const COMMON = ['token_embd.weight', 'output.weight'] as const;

/**
 * Checks a file's metadata and tensors. Throws `unsupported_model` or `invalid_gguf`; the first for a head without its target too.
 * `tablePlace`: where per-layer embeddings are to be; by default, on the GPU if they are small.
 */
export function checkModel(gguf: GgufFile, tablePlace?: TablePlace): ModelFile {
  const head = isMtpSidecar(gguf) ? 'an MTP head' : isEagle3(gguf) ? 'an EAGLE-3 draft' : null;
  if (head !== null)
    throw new ForetokenError(
      'unsupported_model',
      `${gguf.source.name} holds only ${head}: give it as the draft of the model that it was made for`,
    );
  const spec = readModelSpec(gguf);
  const blocks = modelBlocks(gguf, spec, ignoredTensors(gguf, spec), tablePlace);
  return { gguf, spec, blocks, shared: new Set(), kept: null };
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
  return { gguf: all, spec, blocks: modelBlocks(all, spec, ignored), shared, kept: null };
}

/**
 * Checks the EAGLE-3 draft in `gguf`. Where it lacks an embedding or an output matrix, it has the target's.
 *
 * @throws ForetokenError like `checkModel`; `draft_incompatible` if it was made for another model than the target
 */
export function checkEagle3(gguf: GgufFile, target: ModelFile): ModelFile {
  const all = completedBy(gguf, lending(target.gguf, COMMON));
  const spec = readEagle3Spec(all);
  const shared = new Set(COMMON.filter(name => !gguf.tensors.has(name)));
  const { width, layers } = featuresOf(spec);
  const { nEmbd, nVocab, layers: trunk, altUp } = target.spec;
  const misfit = (what: string) => {
    throw new ForetokenError(
      'draft_incompatible',
      `the EAGLE-3 draft in ${gguf.source.name} ${what}; use the draft of this model`,
    );
  };
  if (width !== nEmbd || spec.nVocab !== nVocab)
    misfit(
      `reads rows of ${width} values and ${spec.nVocab} tokens, but its target has ${nEmbd} and ${nVocab}`,
    );
  if (shared.size > 0 && spec.nEmbd !== nEmbd)
    misfit(`lacks ${[...shared][0]}, and has rows of ${spec.nEmbd} values, but its target of ${nEmbd}`);
  if (Math.max(...layers) >= trunk.length || altUp)
    misfit(
      `reads layers ${layers.join(', ')}, but its target has ${trunk.length}${altUp ? ' of several residual streams' : ''}`,
    );
  return { gguf: all, spec, blocks: modelBlocks(all, spec, new Set(fusionTensors(all))), shared, kept: null };
}

/** Makes the target keep the states that `head` reads. @throws ForetokenError `unsupported_model` if it cannot */
export function keepingStates(target: ModelFile, head: ModelFile): ModelFile {
  const { joint } = head.spec.embedding;
  const { gguf, blocks, spec } = target;
  if (joint?.kind !== 'paired')
    return { ...target, blocks: tapped(blocks, gguf.source.name), kept: spec.nEmbd };
  const all = completedBy(gguf, lending(head.gguf, fusionTensors(head.gguf)));
  const { nEmbd } = head.spec;
  return { ...target, gguf: all, blocks: fusing(blocks, all, joint.features, nEmbd), kept: nEmbd };
}

function featuresOf({ embedding: { joint } }: ModelSpec): Features {
  assert(joint?.kind === 'paired', 'an EAGLE-3 draft without features');
  return joint.features;
}

/** Size of all tensors of a file in bytes. */
export function tensorBytes({ tensors }: GgufFile): number {
  let total = 0;
  for (const { sizeBytes } of tensors.values()) total += sizeBytes;
  return total;
}

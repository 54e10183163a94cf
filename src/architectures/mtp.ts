import type { GgufFile } from '../gguf/index.ts';
import type { Keys } from './keys.ts';
import type { ModelSpec, Norm } from './spec.ts';

/** Whether a file has an MTP head. Files that say so in `nextn_predict_layers` may lack it. */
export function hasMtpHead({ tensors }: GgufFile): boolean {
  return [...tensors.keys()].some(name => name.endsWith('.nextn.eh_proj.weight'));
}

/** Whether a file has an MTP head without the trunk before it: a sidecar, which takes what it shares from its target's file. */
export function isMtpSidecar(gguf: GgufFile): boolean {
  return hasMtpHead(gguf) && ![...gguf.tensors.keys()].some(name => name.startsWith('blk.0.'));
}

/**
 * Makes a description of an MTP head from that of all blocks: the first block after the trunk, with the joint before it. The head
 * has an embedding, a norm and an output matrix of its own (`nextn.embed_tokens`, `nextn.shared_head_norm`,
 * `nextn.shared_head_head`), or those of the trunk. Source: src/models of llama.cpp v0.5.0.
 *
 * @throws ForetokenError `unsupported_model` if its norms are no RMS norms
 */
export function mtpOf(keys: Keys, all: ModelSpec): ModelSpec {
  const { embedding, head } = all;
  const layer = all.layers[keys.nTrunk];
  const own = (name: string) => `${layer.prefix}nextn.${name}`;
  const has = (name: string) => keys.hasTensor(`${own(name)}.weight`);
  const norm = (name: string): Norm => ({ ...head.norm, tensor: own(name) });
  if (head.norm.kind !== 'rms' || head.norm.bias)
    keys.fail('an MTP head with other norms than RMS norms is not supported', 'unsupported_model');
  return {
    ...all,
    layers: [layer],
    embedding: {
      ...embedding,
      ...(has('embed_tokens') && { tensor: own('embed_tokens') }),
      joint: {
        kind: 'projected',
        tensor: own('eh_proj'),
        tokenNorm: norm('enorm'),
        stateNorm: norm('hnorm'),
      },
    },
    head: {
      ...head,
      ...(has('shared_head_norm') && { norm: norm('shared_head_norm') }),
      ...(has('shared_head_head') && { tensor: own('shared_head_head'), bias: false }),
    },
  };
}

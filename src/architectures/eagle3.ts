import { type GgufFile, getString } from '../gguf/index.ts';
import { decoder, epsilon } from './decoder.ts';
import type { Keys } from './keys.ts';
import type { ModelSpec, Norm } from './spec.ts';

/** Names of the tensors with which a target makes states for its draft. */
const FUSION = ['fc.weight', 'enc.output_norm.weight'] as const;

/** Whether a file holds an EAGLE-3 draft. */
export function isEagle3({ metadata }: GgufFile): boolean {
  return getString(metadata, 'general.architecture', '') === 'eagle3';
}

/** Names of the tensors of an EAGLE-3 draft that its target multiplies. */
export function fusionTensors({ tensors }: GgufFile): readonly string[] {
  return FUSION.filter(name => tensors.has(name));
}

/**
 * Describes an EAGLE-3 draft: a llama of one layer with a joint before it, whose output matrix may have rows for some tokens only
 * (`d2t`). Source: src/models/eagle3.cpp and conversion/llama.py of llama.cpp, whose earlier versions wrote `extract_layers` instead of
 * `target_layers`.
 *
 * @throws ForetokenError `unsupported_model` for several layers, or experts; otherwise like `decoder`
 */
export function eagle3Of(keys: Keys): ModelSpec {
  const all = decoder(keys, { norms: { attn: null } });
  const [layer, ...others] = all.layers;
  if (others.length > 0 || layer.mixer.kind !== 'attention')
    keys.fail(`an EAGLE-3 draft of ${all.layers.length} layers; one is supported`, 'unsupported_model');
  const norm = (tensor: string): Norm => ({ tensor, kind: 'rms', bias: false, eps: epsilon(keys, 'rms') });
  const size = keys.shape('d2t')?.[0];
  return {
    ...all,
    embedding: {
      ...all.embedding,
      joint: {
        kind: 'paired',
        tokenNorm: norm(`${layer.prefix}attn_norm`),
        stateNorm: norm(`${layer.prefix}attn_norm_2`),
        residual: keys.bool('norm_before_residual', false) ? 'normed' : 'state',
        features: {
          tensor: 'fc',
          layers: keys.has('target_layers') ? keys.list('target_layers') : keys.list('extract_layers'),
          width: keys.count('target_hidden_size'),
          norm: keys.bool('norm_before_fc', false) ? norm('enc.output_norm') : null,
        },
      },
    },
    head: { ...all.head, ...(size !== undefined && { subset: { tensor: 'd2t', size } }) },
  };
}

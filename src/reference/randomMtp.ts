import { readMtpSpec, tensorsOf } from '../architectures/index.ts';
import type { GgufFile, GgufToWrite, GgufValue, TypedValue } from '../gguf/index.ts';
import { assert } from '../util/assert.ts';
import { randomTensors } from './randomModel.ts';
import { type Values, withValues } from './withValues.ts';

/** Builds the sidecar of an MTP head with random weights for a model without one; it has the target's embeddings and output matrix. */
export function randomMtp(target: GgufFile): GgufToWrite {
  return sidecar(target, { hasOwnNorm: true });
}

/**
 * Builds the sidecar of an MTP head that drafts what the target would choose without its layers: it reads only the token, and its layer
 * adds nothing. A target whose layers add little accepts some of that, whatever its architecture; see `dampedLayers`.
 */
export function shallowMtp(target: GgufFile): GgufToWrite {
  const { metadata, tensors } = sidecar(target, { hasOwnNorm: false });
  return { metadata, tensors: withValues(tensors, VALUES) };
}

/** Values of the tensors of a head that drafts from the token alone, by row and column. */
const VALUES: Values = [
  [/nextn\.eh_proj/, (row, column) => (row === column ? 1 : 0)],
  [/nextn\.enorm/, () => 1],
  [/attn_output|ffn_down/, () => 0],
];

function sidecar(target: GgufFile, { hasOwnNorm }: { readonly hasOwnNorm: boolean }): GgufToWrite {
  const architecture = target.metadata.get('general.architecture');
  const blocks = `${architecture}.block_count`;
  const nTrunk = target.metadata.get(blocks);
  assert(typeof nTrunk === 'number', () => `${blocks} is ${nTrunk}`);
  const metadata = new Map<string, GgufValue>([
    ...[...target.metadata].filter(([key]) => !key.startsWith('tokenizer.')),
    [blocks, nTrunk + 1],
    [`${architecture}.nextn_predict_layers`, 1],
  ]);
  const own = `blk.${nTrunk}.nextn.`;
  const norm = { type: 'F32', shape: [1], nElements: 1, offset: 0, sizeBytes: 0 } as const;
  const name = `${own}shared_head_norm.weight`;
  const spec = readMtpSpec({
    ...target,
    metadata,
    tensors: new Map([...target.tensors, ...(hasOwnNorm ? [[name, { ...norm, name }] as const] : [])]),
  });
  const shared = new Set(tensorsOf(spec).flatMap(({ name }) => (target.tensors.has(name) ? [name] : [])));
  return {
    metadata: Object.fromEntries([...metadata].map(([key, value]) => [key, typed(value)])),
    tensors: randomTensors(spec).filter(({ name }) => !shared.has(name)),
  };
}

function typed(value: GgufValue): TypedValue {
  switch (typeof value) {
    case 'string':
      return { type: 'string', value };
    case 'boolean':
      return { type: 'bool', value };
    case 'number':
      return { type: Number.isInteger(value) ? 'uint32' : 'float32', value };
    default: {
      assert(Array.isArray(value), () => `metadata of an unexpected type: ${typeof value}`);
      const items = value.map(item => typed(item));
      const of = items.find(({ type }) => type === 'float32')?.type ?? items[0]?.type ?? 'uint32';
      assert(of !== 'array', 'metadata of nested arrays');
      return { type: 'array', of, value } as TypedValue;
    }
  }
}

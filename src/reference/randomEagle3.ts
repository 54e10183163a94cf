import { readEagle3Spec } from '../architectures/index.ts';
import {
  type GgufFile,
  type GgufToWrite,
  getNumber,
  getString,
  openSource,
  readGguf,
  type TypedValue,
  writeGguf,
} from '../gguf/index.ts';
import { assert } from '../util/assert.ts';
import { randomTensors } from './randomModel.ts';
import { type Values, withValues } from './withValues.ts';

export interface RandomEagle3Options {
  /** Layers of the target whose inputs it reads. */
  readonly layers: readonly number[];
  /** Width; the target's if absent. Another one needs an embedding of its own. */
  readonly nEmbd?: number;
  /** Tokens that it can draft, evenly spaced; absent for the target's output matrix. */
  readonly nTokens?: number;
  readonly normBeforeResidual?: boolean;
  readonly normBeforeFc?: boolean;
}

/** Builds an EAGLE-3 draft with random weights for a target. */
export async function randomEagle3(target: GgufFile, options: RandomEagle3Options): Promise<GgufToWrite> {
  const key = (name: string) => `${getString(target.metadata, 'general.architecture')}.${name}`;
  const width = getNumber(target.metadata, key('embedding_length'));
  const { layers, nEmbd = width, nTokens, normBeforeResidual = false, normBeforeFc = false } = options;
  const embedding = target.tensors.get('token_embd.weight');
  assert(embedding, 'a target without an embedding');
  const nVocab = embedding.shape[1];
  const u32 = (value: number): TypedValue => ({ type: 'uint32', value });
  const metadata: Readonly<Record<string, TypedValue>> = {
    'general.architecture': { type: 'string', value: 'eagle3' },
    'general.name': { type: 'string', value: 'random draft' },
    'eagle3.context_length': u32(getNumber(target.metadata, key('context_length'))),
    'eagle3.embedding_length': u32(nEmbd),
    'eagle3.block_count': u32(1),
    'eagle3.feed_forward_length': u32(3 * nEmbd),
    'eagle3.attention.head_count': u32(4),
    'eagle3.attention.head_count_kv': u32(2),
    'eagle3.attention.layer_norm_rms_epsilon': { type: 'float32', value: 1e-5 },
    'eagle3.target_layers': { type: 'array', of: 'int32', value: [...layers] },
    'eagle3.target_hidden_size': u32(width),
    'eagle3.norm_before_residual': { type: 'bool', value: normBeforeResidual },
    'eagle3.norm_before_fc': { type: 'bool', value: normBeforeFc },
  };
  const shapes: Readonly<Record<string, readonly number[]>> = {
    'token_embd.weight': [nEmbd, nVocab],
    ...(nTokens !== undefined && { 'output.weight': [nEmbd, nTokens], d2t: [nTokens] }),
    ...(nTokens === undefined && target.tensors.has('output.weight') && { 'output.weight': [nEmbd, nVocab] }),
  };
  const tensors = new Map(
    Object.entries(shapes).map(([name, shape]) => [name, { ...embedding, name, shape }] as const),
  );
  const header = await readGguf(await openSource(writeGguf({ metadata, tensors: [] })));
  const spec = readEagle3Spec({ ...header, tensors });
  const shared = [
    ...(nEmbd === width ? ['token_embd.weight'] : []),
    ...(nTokens === undefined ? ['output.weight'] : []),
  ];
  return {
    metadata,
    tensors: randomTensors(spec)
      .filter(({ name }) => !shared.includes(name))
      .map(tensor =>
        tensor.name === 'd2t' ? { ...tensor, type: 'I64' as const, data: ids(nTokens ?? 0, nVocab) } : tensor,
      ),
  };
}

/**
 * Builds an EAGLE-3 draft that drafts what the target would choose behind the token before, without its layers: a target that repeats
 * its last token accepts all of that.
 */
export async function shallowEagle3(target: GgufFile): Promise<GgufToWrite> {
  const { metadata, tensors } = await randomEagle3(target, { layers: [0] });
  return { metadata, tensors: withValues(tensors, SHALLOW) };
}

const SHALLOW: Values = [
  [/^fc/, (row, column) => (row === column ? 1 : 0)],
  [/attn_output|ffn_down/, () => 0],
  [/output_norm/, () => 1],
];

/** Ids of `n` tokens, as 64-bit integers. */
function ids(n: number, nVocab: number): Uint8Array<ArrayBuffer> {
  const values = BigInt64Array.from({ length: n }, (_, i) => BigInt(Math.floor((i * nVocab) / n)));
  return new Uint8Array(values.buffer);
}

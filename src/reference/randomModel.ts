import { type ModelSpec, readModelSpec, type TensorSpec, tensorsOf } from '../architectures/index.ts';
import {
  type GgufToWrite,
  openSource,
  readGguf,
  type TensorToWrite,
  type TypedValue,
  writeGguf,
} from '../gguf/index.ts';
import { quantize } from '../quant/quantize.ts';
import { randomBlocks } from '../quant/randomBlocks.ts';
import { randomValues } from '../quant/randomValues.ts';
import { byteLength, GGML_TYPES, type WeightType } from '../quant/types.ts';

/**
 * Largest number of distinct values. A larger tensor is mixed from a pool of them, because making and quantizing a billion values
 * takes minutes.
 */
const POOL_VALUES = 1 << 16;

export interface RandomTensorOptions {
  /** Type of a matrix; F32 by default. Vectors, routers, positions and small projections are F32 in any file. */
  readonly typeOf?: (matrix: TensorSpec) => WeightType;
  /** 1 by default. */
  readonly seed?: number;
}

export interface RandomModelOptions extends RandomTensorOptions {
  readonly metadata: Readonly<Record<string, TypedValue>>;
  /** Shapes of tensors by which descriptions differ: `token_embd.weight`, and optional ones such as `output.weight`. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
}

/**
 * Builds a model file of random weights with the metadata of a trained one. Its output is nonsense, but its cost is that of a
 * trained model of its shape.
 */
export async function randomModel({
  metadata,
  shapes,
  ...options
}: RandomModelOptions): Promise<GgufToWrite> {
  const header = await readGguf(await openSource(writeGguf({ metadata, tensors: [] })));
  const tensors = new Map(
    Object.entries(shapes).map(([name, shape]) => {
      const nElements = shape.reduce((product, length) => product * length, 1);
      return [name, { name, type: 'F32', shape, nElements, offset: 0, sizeBytes: 0 } as const];
    }),
  );
  return { metadata, tensors: randomTensors(readModelSpec({ ...header, tensors }), options) };
}

/**
 * Generates every tensor of a model; values depend only on its name and the seed. Rows have a length of about 1, so that
 * activations neither vanish nor overflow.
 */
export function randomTensors(
  spec: ModelSpec,
  { typeOf = () => 'F32', seed = 1 }: RandomTensorOptions = {},
): TensorToWrite[] {
  const pools = new Map<string, Uint8Array<ArrayBuffer>>();
  return tensorsOf(spec).map(tensor => {
    const { name, shape } = tensor;
    const type = isPlain(tensor) ? 'F32' : typeOf(tensor);
    const distribution = distributionOf(tensor);
    const count = shape.reduce((product, length) => product * length, 1);
    const ownSeed = seedOf(name, seed);
    if (count <= POOL_VALUES) return { name, type, shape, data: blocks(type, count, ownSeed, distribution) };
    const key = `${type} ${distribution.spread}`;
    const pool = pools.get(key) ?? blocks(type, POOL_VALUES, seed, distribution);
    pools.set(key, pool);
    return { name, type, shape, data: mixed(pool, type, count, ownSeed) };
  });
}

function blocks(
  type: WeightType,
  count: number,
  seed: number,
  { centre, spread }: Distribution,
): Uint8Array<ArrayBuffer> {
  if (centre === 0) return randomBlocks(type, count, seed, spread);
  return quantize(
    type,
    randomValues(count, seed, spread).map(value => value + centre),
  );
}

/** Mixes `count` values from a pool, in pieces that the seed selects one by one, so that equal rows are rare. */
function mixed(pool: Uint8Array, type: WeightType, count: number, seed: number): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(byteLength(type, count));
  const pieceBytes = byteLength(type, Math.max(32, GGML_TYPES[type].blockLength));
  const nPieces = pool.length / pieceBytes;
  let state = seed >>> 0;
  for (let at = 0; at < data.length; at += pieceBytes) {
    // Numerical Recipes' generator; its high bits are the random ones.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const from = Math.floor((state / 2 ** 32) * nPieces) * pieceBytes;
    data.set(pool.subarray(from, from + Math.min(pieceBytes, data.length - at)), at);
  }
  return data;
}

function seedOf(name: string, seed: number): number {
  return [...name].reduce((hash, letter) => (Math.imul(hash, 31) + letter.charCodeAt(0)) | 0, seed);
}

function isPlain({ name, role }: TensorSpec): boolean {
  return role === 'vector' || /ffn_gate_inp|position_embd|altup|laurel|per_layer_model_proj/.test(name);
}

/** Uniform distribution of a tensor's values within `spread` of `centre`. */
interface Distribution {
  readonly centre: number;
  readonly spread: number;
}

/** Chosen so that omitting a tensor, or confusing two, changes the result. */
function distributionOf({ name, shape, role }: TensorSpec): Distribution {
  if (role === 'matrix' || name.includes('shexp')) return { centre: 0, spread: Math.sqrt(3 / shape[0]) };
  if (name.startsWith('rope_')) return { centre: 3, spread: 2 };
  if (name.includes('scale') || (name.includes('norm') && name.endsWith('.weight')))
    return { centre: 1, spread: 0.5 };
  return { centre: 0, spread: name.includes('sinks') ? 1 : 0.2 };
}

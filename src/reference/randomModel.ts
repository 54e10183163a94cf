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
import { randomValues } from '../quant/randomValues.ts';
import type { WeightType } from '../quant/types.ts';

export interface RandomTensorOptions {
  /** Type of a matrix: F32 unless it says otherwise. Vectors, routers and positions are F32 in any file. */
  readonly typeOf?: (matrix: TensorSpec) => WeightType;
  /** 1 unless it says otherwise. */
  readonly seed?: number;
}

export interface RandomModelOptions extends RandomTensorOptions {
  readonly metadata: Readonly<Record<string, TypedValue>>;
  /** Shapes of tensors by which descriptions differ: of `token_embd.weight`, and of those that are optional, as `output.weight`. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
}

/**
 * A model file of random weights, with metadata of a trained one. What it says has no sense, but costs what a trained model of
 * its shape costs.
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
 * Every tensor of a model, whose values depend on its name and the seed alone. Rows have a length of about 1, so that activations
 * neither vanish nor overflow.
 */
export function randomTensors(
  spec: ModelSpec,
  { typeOf = () => 'F32', seed = 1 }: RandomTensorOptions = {},
): TensorToWrite[] {
  return tensorsOf(spec).map(tensor => {
    const { name, shape } = tensor;
    const type = isPlain(tensor) ? 'F32' : typeOf(tensor);
    const { centre, spread } = distribution(tensor);
    const count = shape.reduce((product, length) => product * length, 1);
    const values = randomValues(count, seedOf(name, seed), spread).map(value => value + centre);
    return { name, type, shape, data: quantize(type, values) };
  });
}

function seedOf(name: string, seed: number): number {
  return [...name].reduce((hash, letter) => (Math.imul(hash, 31) + letter.charCodeAt(0)) | 0, seed);
}

function isPlain({ name, role }: TensorSpec): boolean {
  return role === 'vector' || /ffn_gate_inp|position_embd/.test(name);
}

/** Values of a tensor lie within `spread` of `centre`, uniformly. */
interface Distribution {
  readonly centre: number;
  readonly spread: number;
}

/** Chosen so that to leave a tensor out, or to take one for another, makes a difference. */
function distribution({ name, shape, role }: TensorSpec): Distribution {
  if (role === 'matrix' || name.includes('shexp')) return { centre: 0, spread: Math.sqrt(3 / shape[0]) };
  if (name.startsWith('rope_')) return { centre: 3, spread: 2 };
  if (name.includes('norm') && name.endsWith('.weight')) return { centre: 1, spread: 0.5 };
  return { centre: 0, spread: name.includes('sinks') ? 1 : 0.2 };
}

import { type ModelSpec, tensorsOf } from '../architectures/index.ts';
import type { GgufFile, GgufTensor } from '../gguf/index.ts';
import { dequantize } from '../quant/dequantize.ts';
import { int64Values } from '../quant/integers.ts';
import { byteLength, isWeightType } from '../quant/types.ts';
import { assert } from '../util/assert.ts';
import { ForetokenError } from '../util/errors.ts';

/** Tensor for products or look-ups: `count` matrices of `n` rows of `k` values. */
export interface Matrix {
  readonly values: Float32Array;
  readonly k: number;
  readonly n: number;
  readonly count: number;
}

/**
 * Tensors of a model, by their names in the file. A tensor is dequantized on first use, and looking up a few rows of a vocabulary
 * dequantizes only those.
 */
export class Weights {
  readonly #tensors: ReadonlyMap<string, StoredTensor>;
  readonly #values = new Map<string, Float32Array>();

  private constructor(tensors: ReadonlyMap<string, StoredTensor>) {
    this.#tensors = tensors;
  }

  /**
   * Reads the bytes of all tensors that the description needs.
   *
   * @throws ForetokenError `invalid_gguf` if one is missing or has another shape, `unsupported_model` if it has a type that
   * weights cannot have
   */
  static async open(gguf: GgufFile, spec: ModelSpec): Promise<Weights> {
    const tensors = new Map<string, StoredTensor>();
    for (const { name, shape } of tensorsOf(spec)) {
      const tensor = gguf.tensors.get(name);
      if (tensor === undefined || `${tensor.shape}` !== `${shape}`) {
        const found = tensor === undefined ? 'missing' : `[${tensor.shape}]`;
        const message = `${gguf.source.name}: ${name} is ${found}, but the model needs [${shape}]`;
        throw new ForetokenError('invalid_gguf', message);
      }
      tensors.set(name, { ...tensor, bytes: await gguf.source.read(tensor.offset, tensor.sizeBytes) });
    }
    return new Weights(tensors);
  }

  /** All values of a tensor. */
  values(name: string): Float32Array {
    let values = this.#values.get(name);
    if (values === undefined) {
      const tensor = this.#tensor(name);
      values = valuesOf(tensor, 0, tensor.nElements);
      this.#values.set(name, values);
    }
    return values;
  }

  matrix(name: string): Matrix {
    const [k, n = 1, count = 1] = this.#tensor(name).shape;
    return { values: this.values(name), k, n, count };
  }

  /** One row of a matrix. */
  row(name: string, index: number): Float32Array {
    const tensor = this.#tensor(name);
    const [k] = tensor.shape;
    const nRows = tensor.nElements / k;
    assert(index >= 0 && index < nRows, () => `row ${index} of ${name}, which has ${nRows}`);
    return valuesOf(tensor, index * k, k);
  }

  #tensor(name: string): StoredTensor {
    const tensor = this.#tensors.get(name);
    assert(tensor, () => `${name} is no tensor of this model`);
    return tensor;
  }
}

interface StoredTensor extends GgufTensor {
  readonly bytes: Uint8Array;
}

/** Dequantizes `count` values from `first` on: whole blocks. */
function valuesOf({ name, type, bytes }: StoredTensor, first: number, count: number): Float32Array {
  if (type === 'I64') return int64Values(bytes.subarray(8 * first, 8 * (first + count)));
  if (!isWeightType(type)) {
    throw new ForetokenError('unsupported_model', `${name} is ${type}, which weights cannot be`);
  }
  const from = byteLength(type, first);
  return dequantize(type, bytes.subarray(from, from + byteLength(type, count)));
}

import type { GgufFile, GgufTensor } from '../../gguf/index.ts';
import { ForetokenError } from '../../util/errors.ts';

/** Types of norms, biases and frequency factors. */
const VECTOR_TYPES = ['F32', 'F16', 'BF16'];

/** Looks up a file's tensors by name and shape, and records which ones were requested. */
export class TensorFinder {
  readonly #gguf: GgufFile;
  readonly #found = new Set<string>();

  constructor(gguf: GgufFile) {
    this.#gguf = gguf;
  }

  /** Throws `invalid_gguf` if the tensor is missing or its shape differs from the metadata. */
  find(name: string, shape: readonly number[]): GgufTensor {
    const { source, tensors } = this.#gguf;
    const tensor = tensors.get(name);
    if (!tensor) throw new ForetokenError('invalid_gguf', `${source.name} has no tensor ${name}`);
    if (!isShape(tensor.shape, shape)) {
      throw new ForetokenError(
        'invalid_gguf',
        `${source.name}: ${name} is [${tensor.shape}], but the metadata asks for [${shape}]`,
      );
    }
    this.#found.add(name);
    return tensor;
  }

  /** Finds a vector of plain numbers. Throws `unsupported_model` if it is quantized. */
  findVector(name: string, length: number): GgufTensor {
    return this.findNumbers(name, [length]);
  }

  /** Finds a tensor of plain numbers in any shape. */
  findNumbers(name: string, shape: readonly number[]): GgufTensor {
    const tensor = this.find(name, shape);
    if (VECTOR_TYPES.includes(tensor.type)) return tensor;
    throw new ForetokenError(
      'unsupported_model',
      `${name} is quantized as ${tensor.type}; supported are ${VECTOR_TYPES.join(', ')}`,
    );
  }

  /** Finds a vector of 64-bit integers. Throws `invalid_gguf` if it is of another type. */
  findIntegers(name: string, length: number): GgufTensor {
    const tensor = this.find(name, [length]);
    if (tensor.type === 'I64') return tensor;
    throw new ForetokenError('invalid_gguf', `${name} is of type ${tensor.type}, not I64`);
  }

  /** Throws `unsupported_model` if the file has tensors that were not requested, except the `ignored` ones. */
  refuseUnused(ignored: ReadonlySet<string>): void {
    const unused = [...this.#gguf.tensors.keys()].filter(
      name => !this.#found.has(name) && !ignored.has(name),
    );
    if (unused.length === 0) return;
    throw new ForetokenError(
      'unsupported_model',
      `${this.#gguf.source.name} has ${unused.length} tensors that this architecture does not use, ${unused[0]} first; without them the model would talk nonsense`,
      { tensor: unused[0] },
    );
  }
}

/** Whether shapes agree, except for trailing lengths of 1, which converters write or leave out. */
function isShape(shape: readonly number[], expected: readonly number[]): boolean {
  const length = Math.max(shape.length, expected.length);
  return Array.from({ length }, (_, i) => (shape[i] ?? 1) === (expected[i] ?? 1)).every(Boolean);
}

import type { GgufFile, GgufTensor } from '../../gguf/index.ts';
import { ForetokenError } from '../../util/errors.ts';

/** Types that norms, biases and frequency factors come in. */
const VECTOR_TYPES = ['F32', 'F16', 'BF16'];

/** Looks up a file's tensors by name and shape, and remembers which ones were asked for. */
export class TensorFinder {
  readonly #gguf: GgufFile;
  readonly #found = new Set<string>();

  constructor(gguf: GgufFile) {
    this.#gguf = gguf;
  }

  /** Throws `invalid_gguf` when the tensor is missing or its shape is not what the metadata asks for. */
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

  /** The same for a vector of plain numbers. Throws `unsupported_model` when it is quantized. */
  findVector(name: string, length: number): GgufTensor {
    return this.findNumbers(name, [length]);
  }

  /** The same for plain numbers in another shape. */
  findNumbers(name: string, shape: readonly number[]): GgufTensor {
    const tensor = this.find(name, shape);
    if (VECTOR_TYPES.includes(tensor.type)) return tensor;
    throw new ForetokenError(
      'unsupported_model',
      `${name} is quantized as ${tensor.type}; supported are ${VECTOR_TYPES.join(', ')}`,
    );
  }

  /** Throws `unsupported_model` when the file has tensors that nothing asked for, but for the `ignored` ones. */
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

/** Whether shapes agree but for lengths of 1 at their ends, which converters write or leave out. */
function isShape(shape: readonly number[], expected: readonly number[]): boolean {
  const length = Math.max(shape.length, expected.length);
  return Array.from({ length }, (_, i) => (shape[i] ?? 1) === (expected[i] ?? 1)).every(Boolean);
}

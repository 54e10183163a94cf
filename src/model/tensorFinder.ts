import type { GgufFile, GgufTensor } from '../gguf/index.ts';
import { ForetokenError } from '../util/errors.ts';

/** Types that norms and frequency factors come in. */
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
    if (tensor.shape.length !== shape.length || tensor.shape.some((length, i) => length !== shape[i])) {
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
    const tensor = this.find(name, [length]);
    if (VECTOR_TYPES.includes(tensor.type)) return tensor;
    throw new ForetokenError(
      'unsupported_model',
      `${name} is quantized as ${tensor.type}; supported are ${VECTOR_TYPES.join(', ')}`,
    );
  }

  /** Throws `unsupported_model` when the file has tensors that nobody asked for. */
  refuseUnused(): void {
    const unused = [...this.#gguf.tensors.keys()].filter(name => !this.#found.has(name));
    if (unused.length === 0) return;
    throw new ForetokenError(
      'unsupported_model',
      `${this.#gguf.source.name} has ${unused.length} tensors that are not supported, ${unused[0]} first; biases, shared experts and adapters are not`,
      { tensor: unused[0] },
    );
  }
}

import type { GgufTensor } from '../../gguf/index.ts';
import type { Matrix, MatrixPlan } from './matrix.ts';

/** Plain numbers of one or more tensors, concatenated in one buffer, as f32. */
export interface VectorPlan {
  readonly label: string;
  readonly pieces: readonly VectorPiece[];
  /** Numbers that are not a tensor of the file. */
  readonly constants?: readonly number[];
}

export interface VectorPiece {
  readonly tensor: GgufTensor;
  /** Index of its first value in the buffer. */
  readonly at: number;
  /** Maps the index of a value in the buffer's piece to its index in the tensor; identity by default. */
  readonly order?: ((i: number) => number) | undefined;
  /** Factor of its values, 1 by default. */
  readonly factor?: number | undefined;
  /** Values per row, for a table whose rows are padded to whole blocks. */
  readonly rowValues?: number;
}

/**
 * Tensors of a block, by local names. Matrices in a list are consecutive parts of one product: a single matrix if their types
 * agree and a buffer can be large enough (`splitMatrix`).
 */
export type Planned = Readonly<Record<string, readonly MatrixPlan[] | VectorPlan | null>>;

/** Planned tensors after loading. */
export type Loaded<P extends Planned> = { readonly [Name in keyof P]: LoadedTensor<P[Name]> };
type LoadedTensor<T> = T extends VectorPlan
  ? GPUBuffer
  : T extends readonly MatrixPlan[]
    ? readonly Matrix[]
    : null;

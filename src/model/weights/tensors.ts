import type { GgufTensor } from '../../gguf/index.ts';
import type { Matrix, MatrixPlan } from './matrix.ts';

/** Plain numbers of one or more tensors, one behind the other in one buffer, as f32. */
export interface VectorPlan {
  readonly label: string;
  readonly pieces: readonly VectorPiece[];
  /** Numbers that are no tensor of the file, in its place. */
  readonly constants?: readonly number[];
}

export interface VectorPiece {
  readonly tensor: GgufTensor;
  /** Where its first value goes. */
  readonly at: number;
  /** Value number i of the buffer's piece is value `order(i)` of the tensor; by default the i-th. */
  readonly order?: ((i: number) => number) | undefined;
  /** Of a table: values of each of its rows, which are padded to whole blocks. */
  readonly rowValues?: number;
}

/**
 * Tensors of a block, by names of its own. Matrices in a list are consecutive parts of one product: one, where their types agree
 * and a buffer may be so large (`splitMatrix`).
 */
export type Planned = Readonly<Record<string, readonly MatrixPlan[] | VectorPlan | null>>;

/** The same on the GPU. */
export type Loaded<P extends Planned> = { readonly [Name in keyof P]: LoadedTensor<P[Name]> };
type LoadedTensor<T> = T extends VectorPlan
  ? GPUBuffer
  : T extends readonly MatrixPlan[]
    ? readonly Matrix[]
    : null;

import type { WeightType } from '../../src/quant/types.ts';

/** Kernel to compile. */
export interface Kernel {
  /** Identity within a model, as `kernelKey` has it. */
  readonly key: string;
  readonly label: string;
  readonly model: string;
  /** First number of rows of a batch that needs this kernel. */
  readonly rows: number;
  readonly shader: string;
  readonly code: string;
  /** Values of its override constants. */
  readonly constants: Readonly<Record<string, number>>;
  /** Uses of its bindings; undefined if the compiler shall find them. */
  readonly bindings: readonly ('read' | 'write')[] | undefined;
  readonly workgroups: readonly number[];
  readonly workgroupSize: number;
  /** Null for a kernel that is no matrix product. */
  readonly product: Product | null;
}

/** Size of the matrix product that one row of workgroups computes. */
export interface Product {
  readonly type: WeightType | null;
  /** Bytes of a weight in memory, with its share of scales. */
  readonly weightBytes: number;
  /** Weights that an invocation multiplies, or its share if several read the same weight. */
  readonly weightsPerInvocation: number;
  /** Rows of the batch with which each weight is multiplied. */
  readonly rows: number;
  /** Weight rows that one invocation computes at once. */
  readonly weightRows: number;
}

import type { GgufTensor } from '../../gguf/index.ts';
import type { Call } from '../../gpu/dispatch.ts';
import type { DeferredNorm } from '../../gpu/kernels/deferredNorm.ts';
import { type MulMatEpilogue, type MulMatShape, mulMat } from '../../gpu/kernels/mulMat.ts';
import { sparseGate } from '../../gpu/kernels/sparseGate.ts';
import { swiglu } from '../../gpu/kernels/swiglu.ts';
import { alignUp } from '../../util/math.ts';
import type { Matrix } from '../weights/matrix.ts';
import type { VectorPlan } from '../weights/tensors.ts';
import type { BlockIo } from './block.ts';

/** Stride of a row of activations in values: whole blocks. */
export function paddedRow(k: number): number {
  return alignUp(k, 32);
}

/** Parts of a product, each with the offset of its first row in the whole product. */
export function placed(parts: readonly Matrix[]): (Matrix & { readonly offset: number })[] {
  let end = 0;
  return parts.map(part => {
    const offset = end;
    end += part.n;
    return { ...part, offset };
  });
}

/** Whether every matrix has `nGroups` groups, like gate and up that are multiplied together. */
export function isGrouped(matrices: readonly Pick<Matrix, 'nGroups'>[], nGroups: number): boolean {
  return matrices.every(matrix => matrix.nGroups === nGroups);
}

interface Product {
  readonly src: GPUBuffer;
  /** Deferred norm of the rows of `src`. */
  readonly norm?: DeferredNorm | null;
  readonly epilogue: Exclude<MulMatEpilogue, { readonly kind: 'qkv' }>;
  /** Buffers after `src`, as the epilogue has them. */
  readonly dst: readonly GPUBuffer[];
  readonly outputRows?: boolean;
  /** Heads, each of which multiplies its own part of a row. */
  readonly groups?: MulMatShape['groups'];
}

/** Multiplies by a matrix in its parts, whose results lie side by side in each row of the destination. */
export function products(
  io: Pick<BlockIo, 'rows' | 'step' | 'tuning'>,
  matrices: readonly Matrix[],
  { src, norm, epilogue, dst, outputRows, groups }: Product,
): Call[] {
  const { rows, step, tuning } = io;
  return placed(matrices).map(({ type: weight, blocks, n, quants, scales, offset }) => {
    const shape = {
      weight,
      blocks,
      n,
      rows,
      ...(norm && { norm }),
      epilogue: { ...epilogue, dstOffset: (epilogue.dstOffset ?? 0) + offset },
      ...(outputRows && { outputRows }),
      ...(groups && { groups }),
    };
    return { spec: mulMat(shape, tuning), buffers: [step, quants, scales, src, ...dst] };
  });
}

/**
 * Computes silu(gate · x) ∘ (up · x) of `n` values into the rows of `dst` from separate matrices, through rows of both products.
 * `sparsity`: the deviations of a sparse gate, see `DenseFfn`.
 */
export function gatedApart(
  io: BlockIo,
  gateUp: readonly Matrix[],
  input: Pick<Product, 'src' | 'norm'>,
  n: number,
  dst: GPUBuffer,
  options: {
    readonly bias?: GPUBuffer | null;
    readonly activation?: 'gelu';
    readonly sparsity?: number | undefined;
  } = {},
): Call[] {
  const { bias, activation, sparsity } = options;
  const both = io.scratch('gateUp');
  const epilogue = { kind: 'store', dstStride: 2 * n, ...(bias && { bias: true as const }) } as const;
  const shape = {
    n,
    rows: io.rows,
    srcStride: 2 * n,
    dstStride: paddedRow(n),
    ...(activation && { activation }),
  };
  return [
    ...products(io, gateUp, { ...input, epilogue, dst: [both, ...(bias ? [bias] : [])] }),
    ...(sparsity === undefined ? [] : [sparseCall(sparsity)]),
    { spec: swiglu(shape), buffers: [io.step, both, dst] },
  ];

  function sparseCall(deviations: number): Call {
    const gates = { n, rows: io.rows, stride: 2 * n, deviations };
    return { spec: sparseGate(gates, io.tuning), buffers: [io.step, both] };
  }
}

/** Biases of the matrices of one product, concatenated. */
export function biasVector(
  label: string,
  tensors: readonly GgufTensor[],
  orders: VectorOrders = [],
): VectorPlan {
  let end = 0;
  const pieces = tensors.map((tensor, i) => {
    const at = end;
    end += tensor.nElements;
    return { tensor, at, order: orders[i] };
  });
  return { label, pieces };
}

type VectorOrders = readonly (((i: number) => number) | undefined)[];

import type { Laurel, Layer } from '../../architectures/spec.ts';
import { addNorm } from '../../gpu/kernels/addNorm.ts';
import { type MatrixPlan, planMatrix } from '../weights/matrix.ts';
import type { TensorFinder } from '../weights/tensorFinder.ts';
import type { VectorPlan } from '../weights/tensors.ts';
import type { Block } from './block.ts';
import { paddedRow, products } from './products.ts';
import { normKind, normVector } from './residual.ts';

type LowTensors = { readonly low: readonly MatrixPlan[]; readonly high: readonly MatrixPlan[] };

/** Multiplies the mixer's input, `xNorm`, by both matrices of the low rank, into `branch2`. */
export function laurelBlock(
  tensors: TensorFinder,
  nEmbd: number,
  { prefix }: Layer,
  { rank }: Laurel,
): Block<LowTensors> {
  const matrix = (name: string, k: number, n: number) => {
    const tensor = tensors.find(`${prefix}${name}.weight`, [k, n]);
    return [planMatrix(tensor.name, [tensor])];
  };
  return {
    tensors: { low: matrix('laurel_l', nEmbd, rank), high: matrix('laurel_r', rank, nEmbd) },
    streams: [],
    scratch: () => [
      { name: 'low', values: paddedRow(rank) },
      { name: 'branch2', values: paddedRow(nEmbd) },
    ],
    calls: (io, { low, high }) => {
      const rows = io.scratch('low');
      const store = (n: number) => ({ kind: 'store', dstStride: paddedRow(n) }) as const;
      return [
        ...products(io, low, { src: io.xNorm, epilogue: store(rank), dst: [rows] }),
        ...products(io, high, { src: rows, epilogue: store(nEmbd), dst: [io.scratch('branch2')] }),
      ];
    },
    shift: () => [],
  };
}

type JoinTensors = { readonly laurel: VectorPlan | null; readonly next: VectorPlan | null };

/**
 * Joins the row behind the mixer, x, with the mixer's input, `xNorm`, and the rows of `laurelBlock`; then computes the feed-forward's
 * input into `xNorm2`.
 */
export function laurelJoinBlock(
  tensors: TensorFinder,
  nEmbd: number,
  { ffnNorm }: Layer,
  { norm }: Laurel,
): Block<JoinTensors> {
  return {
    tensors: {
      laurel: normVector(tensors, nEmbd, [norm]),
      next: normVector(tensors, nEmbd, [ffnNorm]),
    },
    streams: [],
    scratch: () => [{ name: 'xNorm2', values: paddedRow(nEmbd) }],
    calls: (io, { laurel, next }) => {
      const { step, x, xNorm, rows, tuning } = io;
      const shape = { k: nEmbd, rows, add: true };
      const low = { ...shape, post: normKind(norm), next: null };
      const joined = { ...shape, factor: Math.SQRT1_2, next: ffnNorm && normKind(ffnNorm) };
      const rowsOfNext = ffnNorm ? [io.scratch('xNorm2')] : [];
      return [
        { spec: addNorm(low, tuning), buffers: [step, xNorm, laurel ?? io.logits, io.scratch('branch2')] },
        { spec: addNorm(joined, tuning), buffers: [step, x, next ?? io.logits, xNorm, ...rowsOfNext] },
      ];
    },
    shift: () => [],
  };
}

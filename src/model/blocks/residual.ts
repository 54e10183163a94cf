import { normWeight } from '../../architectures/norms.ts';
import type { ModelSpec, Norm } from '../../architectures/spec.ts';
import type { Call } from '../../gpu/dispatch.ts';
import { addNorm, factorAt, type NormKind } from '../../gpu/kernels/addNorm.ts';
import type { Tuning } from '../../gpu/tuning.ts';
import type { Matrix } from '../weights/matrix.ts';
import type { TensorFinder } from '../weights/tensorFinder.ts';
import type { VectorPlan } from '../weights/tensors.ts';
import type { Block, BlockIo, Scratch } from './block.ts';
import { paddedRow, products } from './products.ts';
import { type BranchEnd, type BranchInput, embeddingRoad } from './roads.ts';

/** Buffer of an input. */
export function inputBuffer(io: BlockIo, { buffer }: Pick<BranchInput, 'buffer'>): GPUBuffer {
  switch (buffer) {
    case 'x':
      return io.x;
    case 'xNorm':
      return io.xNorm;
    case 'xNorm2':
    case 'routed':
    case 'joined':
      return io.scratch(buffer);
  }
}

/** Vector of the first norm, for a residual stream that is there before it. */
export function openVector(tensors: TensorFinder, spec: ModelSpec): VectorPlan | null {
  return normVector(tensors, spec.nEmbd, [embeddingRoad(spec)?.norm ?? null]);
}

/** Computes the first norm of a residual stream. */
export function openCalls(io: BlockIo, spec: ModelSpec, vector: GPUBuffer | null): Call[] {
  const road = embeddingRoad(spec);
  if (!road || !vector) return [];
  const next = road.kind === 'deferred' ? road.kind : normKind(road.norm);
  const norm = addNorm({ k: spec.nEmbd, rows: io.rows, add: false, next }, io.tuning);
  return [{ spec: norm, buffers: [io.step, io.x, vector, io.xNorm] }];
}

/**
 * Weights and biases of norms, each padded to whole blocks, in the order in which `addNorm` reads them; null if there are none.
 */
export function normVector(
  tensors: TensorFinder,
  nEmbd: number,
  norms: readonly (Norm | null)[],
): VectorPlan | null {
  const names = norms.flatMap(norm =>
    norm ? [normWeight(norm), ...(norm.bias ? [`${norm.tensor}.bias`] : [])] : [],
  );
  if (names.length === 0) return null;
  const pieces = names.map((name, i) => ({
    tensor: tensors.findVector(name, nEmbd),
    at: i * paddedRow(nEmbd),
  }));
  return { label: names.join('+'), pieces };
}

/** Vectors for the end of a branch: the norm after the branch, then the next branch's norm, then the factor. */
export function endVector(tensors: TensorFinder, end: BranchEnd): VectorPlan | null {
  const { nEmbd, post, next, factor } = end;
  const norms = normVector(tensors, nEmbd, [post, next?.norm ?? null]);
  if (!factor) return norms;
  const piece = { tensor: tensors.findVector(factor, 1), at: factorAt(joinShape(end)) };
  return {
    label: [...(norms ? [norms.label] : []), factor].join('+'),
    pieces: [...(norms?.pieces ?? []), piece],
  };
}

/** Activations that the end of a branch needs. */
export function endScratch({ fused, nEmbd, left = 'branch' }: BranchEnd): Scratch[] {
  return fused ? [] : [{ name: left, values: paddedRow(nEmbd) }];
}

/** Rows of a branch's output. */
export function branchRows(io: BlockIo, { left = 'branch' }: BranchEnd): GPUBuffer {
  return io.scratch(left);
}

/** Multiplies the last matrices of a branch: `matrices` · `src` (+ `bias`), added to the residual stream. */
export function endCalls(
  io: BlockIo,
  end: BranchEnd,
  matrices: readonly Matrix[],
  src: GPUBuffer,
  vector: GPUBuffer | null,
  bias: GPUBuffer | null,
): Call[] {
  const { nEmbd, scale } = end;
  const dstStride = paddedRow(nEmbd);
  if (end.fused && vector) {
    const epilogue = {
      kind: 'add',
      dstStride,
      ...(scale !== 1 && { scale }),
      ...(bias && { bias: true as const }),
    } as const;
    return products(io, matrices, { src, epilogue, dst: [io.x, vector, io.xNorm, ...(bias ? [bias] : [])] });
  }
  const epilogue = { kind: 'store', dstStride, ...(bias && { bias: true as const }) } as const;
  const dst = [branchRows(io, end), ...(bias ? [bias] : [])];
  return [...products(io, matrices, { src, epilogue, dst }), ...joinCalls(io, end, vector)];
}

/** Adds the rows of a branch to the residual stream, and normalises it for the next branch; nothing if the rows are left. */
export function joinCalls(
  io: BlockIo,
  end: BranchEnd,
  vector: GPUBuffer | null,
  branch = branchRows(io, end),
): Call[] {
  if (end.left) return [];
  const spec = addNorm({ ...joinShape(end), rows: io.rows, add: true }, io.tuning);
  // Without norms the kernel does not read its vector; bind any other buffer instead.
  const params = vector ?? io.logits;
  const x = end.streams ? io.scratch('streams') : io.x;
  return [{ spec, buffers: [io.step, x, params, branch, ...(end.next ? [io.xNorm] : [])] }];
}

function joinShape({ nEmbd: k, scale, post, next, factor, streams }: BranchEnd) {
  return {
    k,
    ...(scale !== 1 && { scale }),
    ...(post && { post: normKind(post) }),
    next: next && (next.kind === 'deferred' ? ('deferred' as const) : normKind(next.norm)),
    ...(factor && { factor: 'params' as const }),
    ...(streams && { streams }),
  };
}

/** Normalises the residual stream into `dst`; with `gather`, only the output rows of the batch. */
export function normCall(
  io: Pick<BlockIo, 'step' | 'x' | 'rows'> & { readonly tuning: Tuning },
  k: number,
  norm: Norm,
  vector: GPUBuffer,
  dst: GPUBuffer,
  gather = false,
): Call {
  const shape = {
    k,
    rows: io.rows,
    add: false,
    next: normKind(norm),
    ...(gather && { gather: true as const }),
  };
  return { spec: addNorm(shape, io.tuning), buffers: [io.step, io.x, vector, dst] };
}

/** Norm of x in a block of its own, where no branch before computes it. */
export function normBlock(
  tensors: TensorFinder,
  nEmbd: number,
  norm: Norm,
  to: 'xNorm' | 'xNorm2',
): Block<{ readonly norm: VectorPlan | null }> {
  return {
    tensors: { norm: normVector(tensors, nEmbd, [norm]) },
    streams: [],
    scratch: () => (to === 'xNorm' ? [] : [{ name: to, values: paddedRow(nEmbd) }]),
    calls: (io, { norm: vector }) => {
      if (!vector) return [];
      return [normCall(io, nEmbd, norm, vector, inputBuffer(io, { buffer: to }))];
    },
    shift: () => [],
  };
}

export function normKind({ kind, bias, eps }: Norm): NormKind {
  return { kind, bias, eps };
}

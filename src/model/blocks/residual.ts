import type { Layer, ModelSpec, Norm } from '../../architectures/spec.ts';
import type { Call } from '../../gpu/dispatch.ts';
import { addNorm, type NormKind } from '../../gpu/kernels/addNorm.ts';
import type { DeferredNorm } from '../../gpu/kernels/deferredNorm.ts';
import type { Tuning } from '../../gpu/tuning.ts';
import type { Matrix } from '../weights/matrix.ts';
import type { TensorFinder } from '../weights/tensorFinder.ts';
import type { VectorPlan } from '../weights/tensors.ts';
import type { Block, BlockIo, Scratch, ScratchName } from './block.ts';
import { paddedRow, products } from './products.ts';

/**
 * The rows that a branch reads. The norm may be deferred, which costs no dispatch: who multiplies the row scales the product,
 * see shaders/lib/deferred_norm.wgsl. Else the rows are normalised already, or `x` where a branch has no norm before it.
 */
export interface BranchInput {
  readonly buffer: 'x' | 'xNorm' | Extract<ScratchName, 'xNorm2'>;
  readonly norm: DeferredNorm | null;
}

/** The rows in which the next branch finds the residual stream: none where it reads x, or what is there already. */
type NextRows = { readonly kind: 'deferred' | 'normed'; readonly norm: Norm } | null;

/**
 * What happens to the output of a branch. `fused`: the last product adds it to the residual stream and leaves the next norm
 * deferred. Else the branch goes to rows of its own, and one kernel normalises it, adds it and computes the next norm.
 */
export interface BranchEnd {
  readonly fused: boolean;
  readonly nEmbd: number;
  readonly scale: number;
  readonly post: Norm | null;
  readonly next: NextRows;
}

/** What the branches of a layer read and how they end. */
export interface LayerRoads {
  /** A norm to compute before the layer's attention, beside the one that the layer before left: of a parallel feed-forward. */
  readonly ahead: Norm | null;
  readonly attention: { readonly input: BranchInput; readonly end: BranchEnd };
  readonly ffn: { readonly input: BranchInput; readonly end: BranchEnd };
}

/** Whether every norm of the residual stream can be deferred: an RMS norm without bias before each branch, and none behind. */
function defersNorms({ layers, head }: ModelSpec): boolean {
  const isPlain = (norm: Norm | null) => norm !== null && norm.kind === 'rms' && !norm.bias;
  return (
    isPlain(head.norm) &&
    layers.every(
      ({ attnNorm, ffnNorm, postAttnNorm, postFfnNorm, parallel }) =>
        !parallel && isPlain(attnNorm) && isPlain(ffnNorm) && !postAttnNorm && !postFfnNorm,
    )
  );
}

/** The first norm of the residual stream, and how the rows of the embedding carry it. */
export function embeddingRoad(spec: ModelSpec): NextRows {
  return nextRows(spec, firstNorm(spec, 0));
}

/** How the head reads the residual stream. */
export function headRoad(spec: ModelSpec): BranchInput {
  return inputOf(spec, spec.head.norm);
}

/** The roads of layer `index`. */
export function layerRoads(spec: ModelSpec, index: number): LayerRoads {
  const layer = spec.layers[index];
  const end = { nEmbd: spec.nEmbd, scale: layer.residualScale };
  const next = nextRows(spec, firstNorm(spec, index + 1));
  const fusable = defersNorms(spec);
  const attention = {
    input: inputOf(spec, layer.attnNorm),
    end: {
      ...end,
      fused: fusable,
      post: layer.postAttnNorm,
      next: layer.parallel ? null : nextRows(spec, layer.ffnNorm),
    },
  };
  const ffnEnd = { ...end, fused: fusable, post: layer.postFfnNorm, next };
  const ahead = layer.parallel ? layer.ffnNorm : null;
  return { ahead, attention, ffn: { input: ffnInput(spec, layer), end: ffnEnd } };
}

function ffnInput(spec: ModelSpec, layer: Layer): BranchInput {
  if (!layer.parallel) return inputOf(spec, layer.ffnNorm);
  return layer.ffnNorm ? { buffer: 'xNorm2', norm: null } : inputOf(spec, layer.attnNorm);
}

/** The norm with which layer `index` begins; behind the last layer the head's. */
function firstNorm({ layers, head }: ModelSpec, index: number): Norm | null {
  return index < layers.length ? layers[index].attnNorm : head.norm;
}

function nextRows(spec: ModelSpec, norm: Norm | null): NextRows {
  return norm && { kind: defersNorms(spec) ? 'deferred' : 'normed', norm };
}

function inputOf(spec: ModelSpec, norm: Norm | null): BranchInput {
  if (!norm) return { buffer: 'x', norm: null };
  return {
    buffer: 'xNorm',
    norm: defersNorms(spec) ? { k: spec.nEmbd, eps: norm.eps } : null,
  };
}

/** The buffer of an input. */
export function inputBuffer(io: BlockIo, { buffer }: BranchInput): GPUBuffer {
  switch (buffer) {
    case 'x':
      return io.x;
    case 'xNorm':
      return io.xNorm;
    case 'xNorm2':
      return io.scratch(buffer);
  }
}

/** Weights and biases of norms, each padded to whole blocks, in the order in which `addNorm` reads them; null without any. */
export function normVector(
  tensors: TensorFinder,
  nEmbd: number,
  norms: readonly (Norm | null)[],
): VectorPlan | null {
  const names = norms.flatMap(norm =>
    norm ? [`${norm.tensor}.weight`, ...(norm.bias ? [`${norm.tensor}.bias`] : [])] : [],
  );
  if (names.length === 0) return null;
  const pieces = names.map((name, i) => ({
    tensor: tensors.findVector(name, nEmbd),
    at: i * paddedRow(nEmbd),
  }));
  return { label: names.join('+'), pieces };
}

/** The vectors with which a branch ends: the next norm's, with those of the norm behind the branch before them. */
export function endVector(tensors: TensorFinder, { nEmbd, post, next }: BranchEnd): VectorPlan | null {
  return normVector(tensors, nEmbd, [post, next?.norm ?? null]);
}

/** Activations that the end of a branch needs. */
export function endScratch({ fused, nEmbd }: BranchEnd): Scratch[] {
  return fused ? [] : [{ name: 'branch', values: paddedRow(nEmbd) }];
}

/** The product that ends a branch: `matrices` · `src` (+ `bias`) onto the residual stream. */
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
  const dst = [io.scratch('branch'), ...(bias ? [bias] : [])];
  return [...products(io, matrices, { src, epilogue, dst }), ...joinCalls(io, end, vector)];
}

/** Adds the rows of `branch` to the residual stream, and normalises it for the branch that follows. */
export function joinCalls(io: BlockIo, end: BranchEnd, vector: GPUBuffer | null): Call[] {
  const { nEmbd: k, scale, post, next } = end;
  const spec = addNorm(
    {
      k,
      rows: io.rows,
      add: true,
      ...(scale !== 1 && { scale }),
      ...(post && { post: normKind(post) }),
      next: next && (next.kind === 'deferred' ? 'deferred' : normKind(next.norm)),
    },
    io.tuning,
  );
  // Without norms the kernel reads no vector, and any other buffer may stand in its place.
  const params = vector ?? io.logits;
  return [{ spec, buffers: [io.step, io.x, params, io.scratch('branch'), ...(next ? [io.xNorm] : [])] }];
}

/** Normalises the residual stream into `dst`; `gather`: the rows of the batch's outputs. */
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

/** Norm of a parallel feed-forward that has one of its own, from the rows that its layer begins with. */
export function aheadBlock(
  tensors: TensorFinder,
  nEmbd: number,
  norm: Norm,
): Block<{ readonly norm: VectorPlan | null }> {
  return {
    tensors: { norm: normVector(tensors, nEmbd, [norm]) },
    streams: [],
    scratch: () => [{ name: 'xNorm2', values: paddedRow(nEmbd) }],
    calls: (io, { norm: vector }) =>
      vector ? [normCall(io, nEmbd, norm, vector, io.scratch('xNorm2'))] : [],
    shift: () => [],
  };
}

function normKind({ kind, bias, eps }: Norm): NormKind {
  return { kind, bias, eps };
}

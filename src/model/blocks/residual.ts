import { normWeight } from '../../architectures/norms.ts';
import type { Layer, ModelSpec, Norm } from '../../architectures/spec.ts';
import type { Call } from '../../gpu/dispatch.ts';
import { addNorm, factorAt, type NormKind } from '../../gpu/kernels/addNorm.ts';
import type { DeferredNorm } from '../../gpu/kernels/deferredNorm.ts';
import type { Tuning } from '../../gpu/tuning.ts';
import type { Matrix } from '../weights/matrix.ts';
import type { TensorFinder } from '../weights/tensorFinder.ts';
import type { VectorPlan } from '../weights/tensors.ts';
import type { Block, BlockIo, Scratch, ScratchName } from './block.ts';
import { paddedRow, products } from './products.ts';

/**
 * Input rows of a branch. A deferred norm costs no dispatch: the kernel that multiplies the row scales the product, see
 * shaders/lib/deferred_norm.wgsl. Otherwise the rows are already normalised, or are `x` if the branch has no norm before it.
 */
export interface BranchInput {
  readonly buffer: 'x' | 'xNorm' | Extract<ScratchName, 'xNorm2' | 'routed'>;
  readonly norm: DeferredNorm | null;
}

/** Rows that a branch leaves for the next one; null if the next branch reads x, or rows that exist already. */
type NextRows = { readonly kind: 'deferred' | 'normed'; readonly norm: Norm } | null;

/**
 * Treatment of a branch's output. `fused`: the last product adds it to the residual stream and defers the next norm. Otherwise
 * the output goes to separate rows, and one kernel normalises it, adds it and computes the next norm.
 */
export interface BranchEnd {
  readonly fused: boolean;
  readonly nEmbd: number;
  readonly scale: number;
  readonly post: Norm | null;
  readonly next: NextRows;
  /** Tensor of the number that multiplies the residual stream behind the branch; absent without one. */
  readonly factor?: string;
  /** Rows in which the output stays, because another block adds it; absent in most branches. */
  readonly left?: Extract<ScratchName, 'branch' | 'branch2'>;
}

/** Inputs and ends of the branches of a layer. */
export interface LayerRoads {
  /** Separate norm of a parallel feed-forward, computed before the layer's mixer. */
  readonly ahead: Norm | null;
  readonly mixer: Road;
  /** Road of a second mixer; the first one then leaves the input rows as they are. */
  readonly beside: Road;
  readonly ffn: Road;
  /** Road of the experts beside a dense feed-forward, whose output joins that of the dense one; both end as `ffn` would. */
  readonly experts: Road & { readonly routed: BranchInput };
  /** End of the branch with per-layer embeddings, whose input is x. */
  readonly perLayer: BranchEnd;
}

/** Input and end of a branch. */
export interface Road {
  readonly input: BranchInput;
  readonly end: BranchEnd;
}

/** Whether every norm of the residual stream can be deferred: an RMS norm without bias before each branch, and none after it. */
function defersNorms({ layers, head }: ModelSpec): boolean {
  const isPlain = (norm: Norm | null) => norm !== null && norm.kind === 'rms' && !norm.bias;
  return (
    isPlain(head.norm) &&
    layers.every(
      ({ attnNorm, beside, ffn, ffnNorm, postAttnNorm, postFfnNorm, parallel, ...others }) =>
        !parallel &&
        !others.outputScale &&
        !others.expertsBeside &&
        !others.perLayerNorm &&
        !beside &&
        isPlain(attnNorm) &&
        (ffn === null || isPlain(ffnNorm)) &&
        !postAttnNorm &&
        !postFfnNorm,
    )
  );
}

/** First norm of the residual stream, and the form in which the embedding's rows carry it. */
export function embeddingRoad(spec: ModelSpec): NextRows {
  return nextRows(spec, firstNorm(spec, 0));
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

/** Input of the head. */
export function headRoad(spec: ModelSpec): BranchInput {
  return inputOf(spec, spec.head.norm);
}

/** Inputs and ends of the branches of layer `index`. */
export function layerRoads(spec: ModelSpec, index: number): LayerRoads {
  const layer = spec.layers[index];
  const end = { nEmbd: spec.nEmbd, scale: layer.residualScale };
  const next = nextRows(spec, firstNorm(spec, index + 1));
  const fusable = defersNorms(spec);
  const beside = {
    input: inputOf(spec, layer.attnNorm),
    end: { ...end, fused: fusable, post: layer.postAttnNorm, next: behindMixers() },
  };
  const mixer = layer.beside ? { ...beside, end: { ...beside.end, next: null } } : beside;
  const { perLayerNorm = null } = layer;
  const last = { next, ...factorOf(layer) };
  const ffnEnd = {
    ...{ ...end, fused: fusable, post: layer.postFfnNorm },
    ...(perLayerNorm ? { next: null } : last),
  };
  const perLayer = { ...end, scale: 1, fused: false, post: perLayerNorm, ...last };
  const ahead = layer.parallel ? layer.ffnNorm : null;
  return {
    ...{ perLayer, ahead, mixer, beside, ffn: { input: ffnInput(spec, layer), end: ffnEnd } },
    experts: {
      input: { buffer: 'xNorm2', norm: null },
      routed: { buffer: 'routed', norm: null },
      end: ffnEnd,
    },
  };

  function behindMixers(): NextRows {
    if (layer.ffn === null) return next;
    return layer.parallel ? null : nextRows(spec, layer.ffnNorm);
  }
}

function factorOf({ outputScale, prefix }: Layer): Pick<BranchEnd, 'factor'> {
  return outputScale ? { factor: `${prefix}layer_output_scale.weight` } : {};
}

/** End of a branch whose output stays in rows of its own. */
export function leftEnd({ nEmbd }: BranchEnd, left: NonNullable<BranchEnd['left']>): BranchEnd {
  return { fused: false, nEmbd, scale: 1, post: null, next: null, left };
}

function ffnInput(spec: ModelSpec, layer: Layer): BranchInput {
  if (!layer.parallel) return inputOf(spec, layer.ffnNorm);
  return layer.ffnNorm ? { buffer: 'xNorm2', norm: null } : inputOf(spec, layer.attnNorm);
}

/** Norm with which layer `index` begins; after the last layer, the head's norm. */
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

/** Buffer of an input. */
export function inputBuffer(io: BlockIo, { buffer }: BranchInput): GPUBuffer {
  switch (buffer) {
    case 'x':
      return io.x;
    case 'xNorm':
      return io.xNorm;
    case 'xNorm2':
    case 'routed':
      return io.scratch(buffer);
  }
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
  return [{ spec, buffers: [io.step, io.x, params, branch, ...(end.next ? [io.xNorm] : [])] }];
}

function joinShape({ nEmbd: k, scale, post, next, factor }: BranchEnd) {
  return {
    k,
    ...(scale !== 1 && { scale }),
    ...(post && { post: normKind(post) }),
    next: next && (next.kind === 'deferred' ? ('deferred' as const) : normKind(next.norm)),
    ...(factor && { factor: 'params' as const }),
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

/** Separate norm of a parallel feed-forward, over the rows with which its layer begins. */
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

export function normKind({ kind, bias, eps }: Norm): NormKind {
  return { kind, bias, eps };
}

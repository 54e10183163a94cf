import type { Layer, ModelSpec, Norm } from '../../architectures/spec.ts';
import type { DeferredNorm } from '../../gpu/kernels/deferredNorm.ts';
import type { ScratchName } from './block.ts';

/**
 * Input rows of a branch. A deferred norm costs no dispatch: the kernel that multiplies the row scales the product, see
 * shaders/lib/deferred_norm.wgsl. Otherwise the rows are already normalised, or are `x` if the branch has no norm before it.
 */
export interface BranchInput {
  readonly buffer: 'x' | 'xNorm' | Extract<ScratchName, 'xNorm2' | 'routed' | 'joined'>;
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
  /** Residual streams, of which all but the first get the output; absent where x gets it. */
  readonly streams?: number;
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
  /** End of the branch with per-layer embeddings, whose input is x. */
  readonly perLayer: BranchEnd;
}

/** Input and end of a branch. */
export interface Road {
  readonly input: BranchInput;
  readonly end: BranchEnd;
}

/** Whether every norm of the residual stream can be deferred: an RMS norm without bias before each branch, and none after it. */
function defersNorms({ layers, head, altUp }: ModelSpec): boolean {
  const isPlain = (norm: Norm | null) => norm !== null && norm.kind === 'rms' && !norm.bias;
  return (
    !altUp &&
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
  // With several streams the first layer makes its input itself.
  return spec.altUp ? null : nextRows(spec, firstNorm(spec, 0));
}

/** Input of the head. */
export function headRoad(spec: ModelSpec): BranchInput {
  return inputOf(spec, spec.head.norm);
}

/** Inputs and ends of the branches of layer `index`. */
export function layerRoads(spec: ModelSpec, index: number): LayerRoads {
  const layer = spec.layers[index];
  const end = { nEmbd: spec.nEmbd, scale: layer.residualScale };
  const next = spec.altUp ? null : nextRows(spec, firstNorm(spec, index + 1));
  const fused = defersNorms(spec);
  const { perLayerNorm = null } = layer;
  const last = { next, ...factorOf(layer) };
  const behindFfn = perLayerNorm ? { next: null } : last;
  const { joint } = spec.embedding;
  const beside = {
    input:
      joint?.kind === 'paired' ? ({ buffer: 'joined', norm: null } as const) : inputOf(spec, layer.attnNorm),
    end: { ...end, fused, post: layer.postAttnNorm, ...(layer.ffn ? { next: behindMixers() } : behindFfn) },
  };
  return {
    ahead: layer.parallel ? layer.ffnNorm : null,
    mixer: layer.beside
      ? { ...beside, end: { ...end, fused, post: layer.postAttnNorm, next: null } }
      : beside,
    beside,
    ffn: { input: ffnInput(spec, layer), end: { ...end, fused, post: layer.postFfnNorm, ...behindFfn } },
    perLayer: { ...end, scale: 1, fused: false, post: perLayerNorm, ...last, ...streamsOf(spec) },
  };

  function behindMixers(): NextRows {
    // The join of a Laurel computes it.
    if (layer.parallel || layer.laurel) return null;
    return nextRows(spec, layer.ffnNorm);
  }
}

function streamsOf({ altUp }: ModelSpec): Pick<BranchEnd, 'streams'> {
  return altUp ? { streams: altUp.nStreams } : {};
}

function factorOf({ outputScale, prefix }: Layer): Pick<BranchEnd, 'factor'> {
  return outputScale ? { factor: `${prefix}layer_output_scale.weight` } : {};
}

/** End of a branch whose output stays in rows of its own. */
export function leftEnd({ nEmbd }: BranchEnd, left: NonNullable<BranchEnd['left']>): BranchEnd {
  return { fused: false, nEmbd, scale: 1, post: null, next: null, left };
}

function ffnInput(spec: ModelSpec, layer: Layer): BranchInput {
  if (layer.laurel) return { buffer: layer.ffnNorm ? 'xNorm2' : 'x', norm: null };
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

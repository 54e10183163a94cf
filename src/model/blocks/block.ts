import type { Rope } from '../../architectures/spec.ts';
import type { Call } from '../../gpu/dispatch.ts';
import type { Tuning } from '../../gpu/tuning.ts';
import type { Loaded, Planned } from '../weights/tensors.ts';

/**
 * Part of a model, such as attention or a feed-forward: its tensors, its streams in the cache, its activations and its calls.
 * Plan, weights, activations and cache are loops over blocks.
 */
export interface Block<P extends Planned = Planned> {
  readonly tensors: P;
  readonly streams: readonly Stream[];
  /** Index of the layer that it begins; absent in all others. */
  readonly layer?: number;
  /** State that it carries from position to position; absent in most blocks. */
  readonly carried?: Carried;
  scratch(batches: Batches): readonly Scratch[];
  calls(io: BlockIo, weights: Loaded<P>): Call[];
  /** Calls that move the cached positions of one slot, see shaders/k_shift.wgsl; null if cached keys cannot be re-rotated. */
  shift(io: BlockIo): Call[] | null;
}

/** Batches that activations have to hold. */
export interface Batches {
  readonly maxRows: number;
  /** Most output rows of a batch. */
  readonly outputs: number;
  /** Most positions of a slot. */
  readonly nCtx: number;
  readonly tuning: Tuning;
}

/** Named stream of the cache: the values, in the cache's type, that each position stores. */
export interface Stream {
  readonly name: string;
  readonly values: number;
}

/**
 * State of a recurrent layer (docs/architecture.md, D17), in f32 for each slot: the last inputs of its convolution, and for most the
 * memory of its recurrence with the inputs that are not in it yet.
 */
export interface Carried {
  readonly name: string;
  /** Values of a position's input to the convolution, and earlier positions that it needs. */
  readonly conv: { readonly values: number; readonly lookBack: number };
  /** Values of a position's input to the recurrence, and of the memory; null for a convolution alone. */
  readonly memory: { readonly inputs: number; readonly values: number } | null;
}

/** Buffers of a recurrent layer, and the positions that its rings keep of each slot. */
export interface CarriedBuffers {
  readonly conv: { readonly ring: GPUBuffer; readonly positions: number };
  readonly memory: { readonly cells: GPUBuffer; readonly kept: GPUBuffer; readonly positions: number } | null;
}

/** Activation under a name that blocks share: f32 values per batch row, or of the whole batch. */
export interface Scratch {
  readonly name: ScratchName;
  readonly values: number;
  readonly ofBatch?: boolean;
}

/** Activations that blocks use one after the other. */
export type ScratchName =
  | 'q'
  | 'partial'
  | 'attn'
  | 'ffn'
  | 'gateUp'
  | 'chosen'
  | 'sorted'
  | 'products'
  | 'qkv'
  | 'branch'
  | BesideScratch
  /** Embeddings of all layers, and residual streams of AltUp. */
  | 'perLayer'
  | 'streams'
  | 'xNorm2'
  | 'shared'
  | 'sharedGate'
  | LatentScratch
  | RecurrentScratch
  /** Input of an MTP head or an EAGLE-3 draft, and what its target makes for the latter. */
  | 'joined'
  | 'features'
  | 'featuresNorm'
  | 'fused'
  /** Logits of a subset of the tokens. */
  | 'ownLogits';

/** Output of experts beside a dense feed-forward, or of a Laurel, and the input of the router of such experts. */
type BesideScratch = 'branch2' | 'routed';

/** Activations that only latent attention uses. */
type LatentScratch = 'qLow' | 'qLowNorm' | 'qHeads' | 'qLatent' | 'kv' | 'heads';

/** Activations of recurrent layers: projections of the rows (also of per-layer embeddings), inputs of the recurrence, and its outputs. */
type RecurrentScratch = 'projected' | 'inputs' | 'low' | 'mixed';

/** Buffers that all blocks share. */
export interface StepBuffers {
  /** Description of the batch, see shaders/lib/step.wgsl, and of a context shift. */
  readonly step: GPUBuffer;
  readonly shift: GPUBuffer;
  /** Residual stream [rows, padded nEmbd], and its copy for the next branch, either normalised or with a deferred norm. */
  readonly x: GPUBuffer;
  readonly xNorm: GPUBuffer;
  /** Hidden states after the last norm [outputs, padded nEmbd], for embeddings, and logits [outputs, nVocab]. */
  readonly outputNorm: GPUBuffer;
  readonly logits: GPUBuffer;
  /** Token of each draft step and output. */
  readonly argmax: GPUBuffer;
  /** Activations of the blocks. */
  scratch(name: ScratchName): GPUBuffer;
  /** cos and sin by position, see `ropeTable`. */
  ropeTable(rope: Rope): GPUBuffer;
}

/** Batch width of the calls, and the buffers they use. */
export interface BlockIo extends StepBuffers {
  readonly rows: number;
  readonly tuning: Tuning;
  /** Most positions of a slot, and most that a row of this batch has before and with it. */
  readonly nCtx: number;
  readonly depth: number;
  readonly cacheType: 'f32' | 'f16';
  readonly nSlots: number;
  /** Hidden states that the model keeps for an MTP head or an EAGLE-3 draft, or reads as one; null in other models. */
  readonly hidden: { readonly buffer: GPUBuffer; readonly positions: number } | null;
  stream(name: string): GPUBuffer;
  carried(name: string): CarriedBuffers;
}

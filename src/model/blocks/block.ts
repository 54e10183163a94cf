import type { Rope } from '../../architectures/spec.ts';
import type { Call } from '../../gpu/dispatch.ts';
import type { Tuning } from '../../gpu/tuning.ts';
import type { Loaded, Planned } from '../weights/tensors.ts';

/**
 * One part of a model, as attention or a feed-forward: which tensors it has, what a position leaves in the cache, which
 * activations it works in, and which calls it makes. Plan, weights, activations and cache are loops over blocks.
 */
export interface Block<P extends Planned = Planned> {
  readonly tensors: P;
  readonly streams: readonly Stream[];
  /** `splits`: parts of the positions that attention takes one beside the other. */
  scratch(splits: number): readonly Scratch[];
  calls(io: BlockIo, weights: Loaded<P>): Call[];
  /** Moves the cached positions of one slot, see shaders/k_shift.wgsl; null where keys cannot be turned any more. */
  shift(io: BlockIo): Call[] | null;
}

/** What a position leaves in the cache under a name, in values of the cache's type. */
export interface Stream {
  readonly name: string;
  readonly values: number;
}

/** An activation under a name that blocks share: f32 values of one batch row. */
export interface Scratch {
  readonly name: ScratchName;
  readonly values: number;
}

/** Activations that blocks use one after the other. */
export type ScratchName =
  | 'q'
  | 'partial'
  | 'attn'
  | 'ffn'
  | 'gateUp'
  | 'chosen'
  | 'qkv'
  | 'branch'
  | 'xNorm2'
  | 'shared'
  | 'sharedGate'
  | LatentScratch;

/** Activations of latent attention alone. */
type LatentScratch = 'qLow' | 'qLowNorm' | 'qHeads' | 'qLatent' | 'kv' | 'heads';

/** The buffers that all blocks share. */
export interface StepBuffers {
  /** Description of the batch, see shaders/lib/step.wgsl, and of a context shift. */
  readonly step: GPUBuffer;
  readonly shift: GPUBuffer;
  /** The residual stream [rows, padded nEmbd], and the same normalised for the next branch, or with its norm deferred. */
  readonly x: GPUBuffer;
  readonly xNorm: GPUBuffer;
  /** Hidden states behind the last norm [outputs, padded nEmbd], for embeddings, and logits [outputs, nVocab]. */
  readonly outputNorm: GPUBuffer;
  readonly logits: GPUBuffer;
  /** The token of each draft step and output. */
  readonly argmax: GPUBuffer;
  /** Activations of the blocks. */
  scratch(name: ScratchName): GPUBuffer;
  /** cos and sin by position, see `ropeTable`. */
  ropeTable(rope: Rope): GPUBuffer;
}

/** The batch width that calls are made for, and the buffers they work in. */
export interface BlockIo extends StepBuffers {
  readonly rows: number;
  readonly tuning: Tuning;
  /** Most positions of a slot. */
  readonly nCtx: number;
  readonly cacheType: 'f32' | 'f16';
  stream(name: string): GPUBuffer;
}

import { ceilDiv } from '../../util/math.ts';
import { kernel } from '../kernel.ts';
import type { Tuning } from '../tuning.ts';

/** Stage of a choice of tokens, see shaders/lib/candidates.wgsl. */
export interface ChoiceStage {
  /** Candidates of the stage: the logits of an output row, or what the stage before it kept of them. */
  readonly source: 'logits' | 'candidates';
  /** Candidates of a row. */
  readonly nCandidates: number;
  /** Most candidates of one workgroup. The last stage has one workgroup for each row. */
  readonly stretch: number;
  readonly outputs: number;
}

/** `top_k` keeps `k` candidates of each stretch. */
export interface TopKStage extends ChoiceStage {
  readonly k: number;
}

/** Candidates that a lane loads at a time. */
const LOADS = 4;
/**
 * Fewest runs that a workgroup of `top_k` deals its candidates to. More make its second search shorter, but SwiftShader compiles
 * longer: it clears the workgroup's storage word by word.
 */
const MIN_RUNS = 128;

/** Number of workgroups, and of results for the next stage, of each row. */
export function stretchesOf({ nCandidates, stretch }: ChoiceStage): number {
  return ceilDiv(nCandidates, stretch);
}

/** Plans the stages of a choice that keeps `kept` candidates of each stretch of a row. */
export function choiceStages(
  { nVocab, outputs }: { readonly nVocab: number; readonly outputs: number },
  kept: number,
  { choiceStretch }: Pick<Tuning, 'choiceStretch'>,
): readonly [ChoiceStage] | readonly [ChoiceStage, ChoiceStage] {
  const stretch = ceilDiv(nVocab, ceilDiv(nVocab, choiceStretch ?? nVocab));
  const first: ChoiceStage = { source: 'logits', nCandidates: nVocab, stretch, outputs };
  const stretches = stretchesOf(first);
  if (stretches === 1) return [first];
  const nCandidates = stretches * kept;
  return [first, { source: 'candidates', nCandidates, stretch: nCandidates, outputs }];
}

function stageVariant(stage: ChoiceStage) {
  const stretches = stretchesOf(stage);
  const { source, nCandidates, stretch, outputs } = stage;
  return {
    defines: { SOURCE: source, RESULT: stretches > 1 ? 'candidates' : 'tokens', LOADS },
    overrides: { N_CANDIDATES: nCandidates, STRETCH: stretch },
    bindings: ['read', 'read', 'write'],
    workgroups: [stretches, outputs, 1],
  } as const;
}

/** Finds the likeliest token of each output row; buffers: step, source, dst. */
export const argmax = kernel('argmax', ['choiceStretch', 'argmaxWorkgroup'], (stage: ChoiceStage, tuning) => {
  const { overrides, ...variant } = stageVariant(stage);
  const lanes = tuning.argmaxWorkgroup;
  return {
    ...variant,
    overrides: {
      ...overrides,
      WORKGROUP_SIZE: lanes,
      LEVELS: Math.log2(lanes),
      ROUNDS: ceilDiv(stage.stretch, lanes * LOADS),
    },
  };
});

/** Finds the `k` likeliest tokens of each output row, unordered; buffers: step, source, dst. */
export const topK = kernel('top_k', ['choiceStretch', 'topKWorkgroup'], (stage: TopKStage, tuning) => {
  const { overrides, ...variant } = stageVariant(stage);
  const lanes = tuning.topKWorkgroup;
  const runs = Math.max(MIN_RUNS, lanes);
  return {
    ...variant,
    overrides: {
      ...overrides,
      WORKGROUP_SIZE: lanes,
      K: stage.k,
      RUNS: runs,
      LANE_RUNS: runs / lanes,
      ROUNDS: ceilDiv(stage.stretch, runs * LOADS),
      RESULT_ROUNDS: ceilDiv(stage.k, lanes),
    },
  };
});

/** Turns the outputs of one draft step into the batch of the next; buffers: step, chosen. */
export const advance = kernel('advance', [], (shape: { maxOutputs: number }) => {
  return {
    defines: {},
    overrides: { WORKGROUP_SIZE: shape.maxOutputs },
    bindings: ['write', 'read'],
    workgroups: [1, 1, 1],
  };
});

/** Shape of `accept`: most slots of a round, the vocabulary of the draft model, and whether that is an MTP head. */
export interface AcceptShape {
  readonly maxSlots: number;
  readonly nVocab: number;
  readonly isHead: boolean;
}

/**
 * Accepts the drafts of a round, and continues behind them in the batches of the next. Buffers: round, the draft model's step, the
 * target's step, drafted, verified. `round` holds the last round's draft length and number of slots, then the next round's number
 * of slots and its rows per slot in the target, then the place of each slot in the last round.
 */
export const accept = kernel('accept', [], ({ maxSlots, nVocab, isHead }: AcceptShape) => {
  return {
    defines: isHead ? { HEAD: 1 } : {},
    overrides: { WORKGROUP_SIZE: maxSlots, N_VOCAB: nVocab },
    bindings: ['read', 'write', 'write', 'read', 'read'],
    workgroups: [1, 1, 1],
  };
});

/** Replaces references in a batch by the tokens that another model chose, see `chosenToken`; buffers: step, chosen. */
export const fillDraft = kernel('fill_draft', [], (shape: { nVocab: number }) => {
  return {
    defines: {},
    overrides: { WORKGROUP_SIZE: 16, N_VOCAB: shape.nVocab },
    bindings: ['write', 'read'],
    workgroups: [1, 1, 1],
  };
});

import type { CallCounts } from '../../src/gpu/counters.ts';
import type { ModelFile } from '../../src/model/modelFile.ts';

/** Model of a GPU bound by its memory: the cost of a byte, dispatch, submit and readback. */
export interface GpuAssumptions {
  readonly bytesPerSecond: number;
  /** Gap between two dispatches on the GPU, and time to encode one in JavaScript. */
  readonly dispatchGapSeconds: number;
  readonly encodeSeconds: number;
  readonly submitSeconds: number;
  /** Time until the CPU has a result. */
  readonly readbackSeconds: number;
}

/** Counts of a step, independent of the adapter. */
export interface StepCounts {
  readonly bytes: number;
  readonly dispatches: number;
  readonly submits: number;
  readonly readbacks: number;
}

/** Counts of a pair, measured once on any adapter. */
export interface PairCounts {
  readonly target: StepCounts;
  readonly verify: StepCounts;
  /** Counts of a draft of `n` tokens. */
  draft(n: number): StepCounts;
  /** `meanTokens[n]`: tokens that a round with a draft of `n` yields. */
  readonly meanTokens: readonly number[];
}

export interface Prediction {
  /** `two`: draft and verification wait for each other on the CPU. `one`: a round is a single submit and readback. */
  readonly roundTrips: 'two' | 'one';
  readonly assumptions: GpuAssumptions;
  readonly nDraft: number;
  readonly speedup: number;
}

/** Duration of a step: GPU and JavaScript work in parallel, but neither overlaps with the readback. */
export function stepSeconds(step: StepCounts, gpu: GpuAssumptions): number {
  const onGpu = step.bytes / gpu.bytesPerSecond + step.dispatches * gpu.dispatchGapSeconds;
  const onCpu = step.dispatches * gpu.encodeSeconds + step.submits * gpu.submitSeconds;
  return Math.max(onGpu, onCpu) + step.readbacks * gpu.readbackSeconds;
}

/** Finds the best draft length under the assumptions, and its speed-up. */
export function predict(
  counts: PairCounts,
  roundTrips: Prediction['roundTrips'],
  assumptions: GpuAssumptions,
): Prediction {
  const plain = stepSeconds(counts.target, assumptions);
  let best: Prediction = { roundTrips, assumptions, nDraft: 0, speedup: 1 };
  for (let nDraft = 1; nDraft < counts.meanTokens.length; nDraft++) {
    const draft = counts.draft(nDraft);
    const waiting = roundTrips === 'two' ? draft : { ...draft, submits: 0, readbacks: 0 };
    const round = stepSeconds(waiting, assumptions) + stepSeconds(counts.verify, assumptions);
    const speedup = (counts.meanTokens[nDraft] * plain) / round;
    if (speedup > best.speedup) best = { roundTrips, assumptions, nDraft, speedup };
  }
  return best;
}

/** Bytes of weights that a step reads: one row of the embedding, and all experts or only the chosen ones. */
export function weightBytes({ gguf, spec }: ModelFile, experts: 'all' | 'chosen'): number {
  const ofExperts = spec.layers.map(({ ffn }) => ffn).find(ffn => ffn.kind === 'experts');
  const share = experts === 'chosen' && ofExperts ? ofExperts.nUsed / ofExperts.nExperts : 1;
  const tied = !gguf.tensors.has('output.weight');
  let bytes = 0;
  for (const [name, { sizeBytes }] of gguf.tensors) {
    if (name === 'token_embd.weight' && !tied) continue;
    bytes += name.includes('_exps.') ? share * sizeBytes : sizeBytes;
  }
  return bytes;
}

/** Counts of one step from its `calls`, and the bytes of its weights. */
export function stepCounts({ dispatches, submits, readbacks }: CallCounts, bytes: number): StepCounts {
  return { bytes, dispatches, submits, readbacks };
}

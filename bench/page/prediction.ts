import type { CallCounts } from '../../src/gpu/counters.ts';
import { streamsOf } from '../../src/model/modelBlocks.ts';
import type { ModelFile } from '../../src/model/modelFile.ts';
import type { RowCost } from '../../src/report/index.ts';

/** Model of a GPU: the cost of a byte, of further rows, of a dispatch, submit and readback. */
export interface GpuAssumptions {
  /** Bytes of weights per second that a product of one row reads. */
  readonly bytesPerSecond: number;
  /** v(M): times of products of several rows relative to that of one, from few rows to many; none if further rows are free. */
  readonly rowCosts: readonly RowCost[];
  /** Earlier positions, and the bytes of the KV cache per second that attention reads there. */
  readonly depth: number;
  readonly cacheBytesPerSecond: number;
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
  /** Bytes of the KV cache for each earlier position. */
  readonly positionBytes: number;
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

/** Duration of a step of `rows` rows: GPU and JavaScript work in parallel, but neither overlaps with the readback. */
export function stepSeconds(step: StepCounts, rows: number, gpu: GpuAssumptions): number {
  const products = (step.bytes / gpu.bytesPerSecond) * rowCost(gpu.rowCosts, rows);
  // The rows of a verification share the reads of the cache.
  const attention = (step.positionBytes * gpu.depth) / gpu.cacheBytesPerSecond;
  const onGpu = products + attention + step.dispatches * gpu.dispatchGapSeconds;
  const onCpu = step.dispatches * gpu.encodeSeconds + step.submits * gpu.submitSeconds;
  return Math.max(onGpu, onCpu) + step.readbacks * gpu.readbackSeconds;
}

/** Cost of `rows` rows: between two that were measured on a straight line, beyond the last in proportion to it. */
export function rowCost(costs: readonly RowCost[], rows: number): number {
  let below: RowCost = { rows: 1, ratio: 1 };
  for (const above of costs) {
    if (rows <= above.rows) {
      const share = (rows - below.rows) / (above.rows - below.rows);
      return below.ratio + share * (above.ratio - below.ratio);
    }
    below = above;
  }
  return costs.length === 0 ? 1 : (below.ratio * rows) / below.rows;
}

/** Finds the best draft length under the assumptions, and its speed-up. */
export function predict(
  counts: PairCounts,
  roundTrips: Prediction['roundTrips'],
  assumptions: GpuAssumptions,
): Prediction {
  const plain = stepSeconds(counts.target, 1, assumptions);
  let best: Prediction = { roundTrips, assumptions, nDraft: 0, speedup: 1 };
  for (let nDraft = 1; nDraft < counts.meanTokens.length; nDraft++) {
    const draft = counts.draft(nDraft);
    const waiting = roundTrips === 'two' ? draft : { ...draft, submits: 0, readbacks: 0 };
    const round = stepSeconds(waiting, 1, assumptions) + stepSeconds(counts.verify, 1 + nDraft, assumptions);
    const speedup = (counts.meanTokens[nDraft] * plain) / round;
    if (speedup > best.speedup) best = { roundTrips, assumptions, nDraft, speedup };
  }
  return best;
}

/** Bytes of weights that a step reads: one row of the embedding, and all experts or only the chosen ones. */
export function weightBytes({ gguf, spec }: ModelFile, experts: 'all' | 'chosen'): number {
  const ofExperts = spec.layers.map(({ ffn }) => ffn).find(ffn => ffn?.kind === 'experts');
  const share = experts === 'chosen' && ofExperts ? ofExperts.nUsed / ofExperts.nExperts : 1;
  const tied = !gguf.tensors.has('output.weight');
  let bytes = 0;
  for (const [name, { sizeBytes }] of gguf.tensors) {
    if (name === 'token_embd.weight' && !tied) continue;
    bytes += name.includes('_exps.') ? share * sizeBytes : sizeBytes;
  }
  return bytes;
}

/** Counts of one step from its `calls`, and the bytes of its weights and of a position in its cache of halves. */
export function stepCounts(
  { dispatches, submits, readbacks }: CallCounts,
  bytes: number,
  positionBytes: number,
): StepCounts {
  return { bytes, positionBytes, dispatches, submits, readbacks };
}

/** Bytes of a position in a model's KV cache of halves. */
export function positionBytes({ blocks }: ModelFile): number {
  return streamsOf(blocks).reduce((sum, { values }) => sum + 2 * values, 0);
}

import { type Acceptance, measureAcceptance } from './acceptance.ts';
import { measureNgram, type NgramSpeedup } from './ngram.ts';
import { type Pair, withPair } from './pair.ts';
import {
  type GpuAssumptions,
  type PairCounts,
  type Prediction,
  predict,
  stepCounts,
  weightBytes,
} from './prediction.ts';
import { measureVerifyCosts, type VerifyCosts } from './verifyCosts.ts';

/** GPU of a notebook, reached through a browser. Readbacks differ most between browsers, so they are varied. */
const GPU: Omit<GpuAssumptions, 'readbackSeconds'> = {
  bytesPerSecond: 2e11,
  dispatchGapSeconds: 4e-6,
  encodeSeconds: 3e-6,
  submitSeconds: 2e-5,
};
const READBACK_SECONDS = [2.5e-3, 2.5e-4, 0];

export interface SpeculationReport {
  readonly costs: VerifyCosts;
  readonly acceptance: Acceptance;
  readonly predictions: readonly Prediction[];
  readonly ngram: readonly NgramSpeedup[];
}

/**
 * Measures cost and gain of speculation with this pair on this adapter and predicts, by counters, those on a GPU bound by its
 * memory.
 */
export async function measureSpeculation(options: {
  readonly model: string;
  readonly modelDraft: string;
  readonly repetitions: number;
}): Promise<SpeculationReport> {
  const { model, repetitions } = options;
  const ofPair = await withPair(options, async pair => {
    const costs = await measureVerifyCosts(pair, repetitions);
    const acceptance = await measureAcceptance(pair);
    const counts = countsOf(pair, costs, acceptance);
    const predictions = (['two', 'one'] as const).flatMap(roundTrips =>
      READBACK_SECONDS.map(readbackSeconds => predict(counts, roundTrips, { ...GPU, readbackSeconds })),
    );
    return { costs, acceptance, predictions };
  });
  return { ...ofPair, ngram: await measureNgram(model, repetitions) };
}

function countsOf(pair: Pair, { calls, nDraft }: VerifyCosts, { meanTokens }: Acceptance): PairCounts {
  const draftBytes = weightBytes(pair.draftFile, 'all');
  const perToken = (calls.draft.dispatches - calls.draft1.dispatches) / (nDraft - 1);
  return {
    target: stepCounts(calls.target, weightBytes(pair.targetFile, 'chosen')),
    // Several rows may choose all experts; dispatches are those of one row (design D2).
    verify: stepCounts(calls.target, weightBytes(pair.targetFile, 'all')),
    draft: n => ({
      ...stepCounts(calls.draft1, n * draftBytes),
      dispatches: calls.draft1.dispatches + (n - 1) * perToken,
    }),
    meanTokens,
  };
}

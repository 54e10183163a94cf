import { checkReport, type Report } from '../../src/report/index.ts';
import { type Acceptance, measureAcceptance } from './acceptance.ts';
import { assumptionsOf } from './assumptions.ts';
import type { LookupSpeedup } from './draftedAnswer.ts';
import { measureNgram } from './ngram.ts';
import { type Pair, withPair } from './pair.ts';
import {
  type GpuAssumptions,
  type PairCounts,
  type Prediction,
  positionBytes,
  predict,
  stepCounts,
  weightBytes,
} from './prediction.ts';
import { measureVerifyCosts, type VerifyCosts } from './verifyCosts.ts';

/** GPU of a notebook, reached through a browser. Readbacks differ most between browsers, so they are varied. */
const GPU: GpuAssumptions = {
  bytesPerSecond: 2e11,
  rowCosts: [],
  depth: 0,
  cacheBytesPerSecond: 2e11,
  dispatchGapSeconds: 4e-6,
  encodeSeconds: 3e-6,
  submitSeconds: 2e-5,
  readbackSeconds: 0,
};
const READBACK_SECONDS = [2.5e-3, 2.5e-4, 0];
/** Depths at which a lab's report has attention. */
const DEPTHS = [256, 4096, 32_768];

export interface SpeculationReport {
  readonly costs: VerifyCosts;
  readonly acceptance: Acceptance;
  readonly predictions: readonly Prediction[];
  readonly ngram: readonly LookupSpeedup[];
}

/**
 * Measures cost and gain of speculation with this pair on this adapter and predicts, by counters, those on a GPU bound by its
 * memory.
 */
export async function measureSpeculation(options: {
  readonly model: string;
  readonly modelDraft: string;
  readonly repetitions: number;
  /** Report of the lab, which then replaces the assumptions about the GPU. */
  readonly report?: unknown;
}): Promise<SpeculationReport> {
  const { model, repetitions, report } = options;
  const gpus = report === undefined ? readbacks() : fromReport(checkReport(report, 'the report'));
  const ofPair = await withPair(options, async pair => {
    const costs = await measureVerifyCosts(pair, repetitions);
    const acceptance = await measureAcceptance(pair);
    const counts = countsOf(pair, costs, acceptance);
    const predictions = (['two', 'one'] as const).flatMap(roundTrips =>
      gpus.map(gpu => predict(counts, roundTrips, gpu)),
    );
    return { costs, acceptance, predictions };
  });
  return { ...ofPair, ngram: await measureNgram(model, repetitions) };
}

function readbacks(): GpuAssumptions[] {
  return READBACK_SECONDS.map(readbackSeconds => ({ ...GPU, readbackSeconds }));
}

function fromReport(report: Report): GpuAssumptions[] {
  return DEPTHS.map(depth => assumptionsOf(report, depth, GPU));
}

function countsOf(pair: Pair, { calls, nDraft }: VerifyCosts, { meanTokens }: Acceptance): PairCounts {
  const draftBytes = weightBytes(pair.draftFile, 'all');
  const [ofTarget, ofDraft] = [positionBytes(pair.targetFile), positionBytes(pair.draftFile)];
  const perToken = (calls.draft.dispatches - calls.draft1.dispatches) / (nDraft - 1);
  return {
    target: stepCounts(calls.target, weightBytes(pair.targetFile, 'chosen'), ofTarget),
    // Several rows may choose all experts; dispatches are those of one row (design D2).
    verify: stepCounts(calls.target, weightBytes(pair.targetFile, 'all'), ofTarget),
    draft: n => ({
      ...stepCounts(calls.draft1, n * draftBytes, n * ofDraft),
      dispatches: calls.draft1.dispatches + (n - 1) * perToken,
    }),
    meanTokens,
  };
}

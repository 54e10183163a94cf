import type { CallCounts } from '../../src/gpu/counters.ts';
import { type Pair, prefill, rowsOf } from './pair.ts';
import { alternate, elapsed, pairedRatio, type Summary, summary } from './statistics.ts';

/** Numbers of rows of a verification: the pending token and a draft. */
export const WIDTHS = [1, 2, 4, 8, 16] as const;
const N_DRAFT = 8;
/** Rounds per repetition: steps are short, and sensitive to other load. */
const ROUNDS = 5;

export interface VerifyCosts {
  /** Milliseconds of a greedy step by its number of rows, and of a drafted token in a draft of `nDraft`. */
  readonly stepMs: Record<string, Summary>;
  readonly draftTokenMs: Summary;
  /** v(M): time of a verification of M rows, relative to a step of one. */
  readonly v: Record<string, number>;
  /** c: time of a drafted token, relative to a step of the target. */
  readonly c: number;
  readonly nDraft: number;
  /** WebGPU calls of one step of the target, and of a draft of one token and of `nDraft`. */
  readonly calls: { readonly target: CallCounts; readonly draft1: CallCounts; readonly draft: CallCounts };
}

/** Measures the parts of speculation, alternating, after a story of some length. */
export async function measureVerifyCosts(pair: Pair, repetitions: number): Promise<VerifyCosts> {
  const { target, draft } = pair;
  const text = pair.tokenize('The little dog went to the park with her mom. '.repeat(12));
  const tokens = text.slice(0, 128);
  const next = text.slice(128, 128 + Math.max(...WIDTHS));
  await prefill(target, tokens);
  await prefill(draft, tokens);
  const verify = (rows: number) =>
    target.forward(rowsOf(next.slice(0, rows), tokens.length, 'all'), 'argmax');
  const draftTokens = (n: number) => draft.draft(rowsOf(next.slice(0, 1), tokens.length, 'last'), n, false);

  const steps: Record<string, () => Promise<unknown>> = { draft: () => draftTokens(N_DRAFT) };
  for (const rows of WIDTHS) steps[rows] = () => verify(rows);
  const samples = await alternate(Object.keys(steps), ROUNDS * repetitions, async name => {
    const ms = await elapsed(steps[name]);
    return name === 'draft' ? ms / N_DRAFT : ms;
  });
  const perWidth = <T>(value: (rows: number) => T) =>
    Object.fromEntries(WIDTHS.map(rows => [rows, value(rows)]));
  return {
    stepMs: perWidth(rows => summary(samples[rows])),
    draftTokenMs: summary(samples.draft),
    v: perWidth(rows => pairedRatio(samples[rows], samples[1])),
    c: pairedRatio(samples.draft, samples[1]),
    nDraft: N_DRAFT,
    calls: {
      target: await callsOf(pair, () => verify(1)),
      draft1: await callsOf(pair, () => draftTokens(1)),
      draft: await callsOf(pair, () => draftTokens(N_DRAFT)),
    },
  };
}

async function callsOf({ gpu }: Pair, work: () => Promise<unknown>): Promise<CallCounts> {
  const before = gpu.counters();
  await work();
  const after = gpu.counters();
  for (const key of Object.keys(after) as (keyof CallCounts)[]) after[key] -= before[key];
  return after;
}

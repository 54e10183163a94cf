import { type Better, measured, type Range, rangeOf, type Verdict, verdictOn } from '../samples.ts';
import type { Measurement } from '../schema/parts.ts';
import type { Report } from '../schema/report.ts';
import type { KernelSpeed, OwnLimits, Throughput } from '../schema/speed.ts';
import { howTimed } from '../speedOf.ts';
import type { Failure } from '../status.ts';
import { caseKey, hasOtherShaders } from './checks.ts';

/** Measurement of one report, relative to the others. */
export interface Timing extends Range {
  readonly status: 'success';
  readonly samples: readonly number[];
  readonly median: number;
  readonly spread: number;
  readonly noisy: boolean;
  /** Share of the best median of the row, which has 1. */
  readonly ofBest: number;
  /** Whether it is worse than the best by more than noise. */
  readonly againstBest: Verdict;
  readonly againstReference: Verdict;
  /** Share of the adapter's own bandwidth or FMA rate, whichever is larger. */
  readonly ofLimit: number | null;
  /** Whether the report has a wrong result for this case. */
  readonly wrong: boolean;
}

export type SpeedCell = Timing | Failure;

/** Timed subject with its measurement in every report; null for a report that has not run it. */
export interface SpeedRow {
  readonly key: string;
  readonly group: 'kernels' | 'throughput' | 'speculation' | 'load' | 'limits';
  readonly id: string;
  readonly kernel: string | null;
  readonly weightType: string | null;
  readonly how: string;
  readonly unit: 'ms' | 'tokens/s' | '×' | 'GB/s' | 'GFLOP/s';
  readonly better: Better;
  /** Earlier positions, for throughput. */
  readonly depth: number | null;
  /** Whether any report is worse than the best by more than noise. */
  readonly differs: boolean;
  /** Whether reports timed different shaders, as far as they record it. */
  readonly hasOtherShaders: boolean;
  readonly cells: readonly (SpeedCell | null)[];
}

type Identity = Omit<SpeedRow, 'differs' | 'hasOtherShaders' | 'cells'>;
interface Entry extends Identity {
  readonly measurement: Measurement;
  readonly ofLimit: number | null;
  readonly wrong: boolean;
  readonly shader: string | null;
}

/** Compares everything that was timed, the largest real differences first. `reference` is the index of a report. */
export function compareSpeeds(reports: readonly Report[], reference: number): SpeedRow[] {
  const rows = new Map<string, { identity: Identity; entries: (Entry | null)[] }>();
  reports.forEach((report, i) => {
    for (const entry of entriesOf(report)) {
      const { measurement: _, ofLimit: __, wrong: ___, shader: ____, ...identity } = entry;
      const row = rows.get(entry.key) ?? { identity, entries: reports.map(() => null) };
      rows.set(entry.key, row);
      row.entries[i] = entry;
    }
  });
  return [...rows.values()]
    .map(({ identity, entries }) => rowOf(identity, entries, reference))
    .sort((a, b) => Number(b.differs) - Number(a.differs) || worst(a) - worst(b));
}

/** Lowest share of the best in a row. */
export function worst({ cells }: SpeedRow): number {
  return Math.min(1, ...cells.map(cell => (cell?.status === 'success' ? cell.ofBest : 1)));
}

function rowOf(identity: Identity, entries: readonly (Entry | null)[], reference: number): SpeedRow {
  const { better } = identity;
  const isBetter = (a: Measured, b: Measured) =>
    better === 'lower' ? a.median < b.median : a.median > b.median;
  const all = entries.map(entry =>
    entry?.measurement.status === 'success' ? measured(entry.measurement.samples) : null,
  );
  const best = all.reduce((a, b) => (a && (!b || isBetter(a, b)) ? a : b), null);
  const cells = entries.map((entry, i): SpeedCell | null => {
    if (!entry) return null;
    const own = all[i];
    if (!own || !best) return entry.measurement.status === 'success' ? null : entry.measurement;
    return {
      ...own,
      ...rangeOf(own.samples, better),
      ofBest: better === 'lower' ? best.median / own.median : own.median / best.median,
      againstBest: verdictOn(own.samples, best.samples, better),
      againstReference: verdictOn(own.samples, (all[reference] ?? own).samples, better),
      ofLimit: entry.ofLimit,
      wrong: entry.wrong,
    };
  });
  const differs = cells.some(cell => cell?.status === 'success' && cell.againstBest === 'slower');
  return {
    ...identity,
    differs,
    hasOtherShaders: hasOtherShaders(entries.map(entry => entry?.shader)),
    cells,
  };
}

type Measured = ReturnType<typeof measured>;

function entriesOf(report: Report): Entry[] {
  const { kernels, throughput, speculation, load, limits } = report.speed;
  const wrong = new Set(report.conformance.filter(({ status }) => status === 'wrong-result').map(caseKey));
  const plain = {
    ...{ kernel: null, weightType: null, how: '', depth: null, ofLimit: null, wrong: false, shader: null },
  };
  const entry = (
    { group, id, unit, better }: Pick<Identity, 'group' | 'id' | 'unit' | 'better'>,
    measurement: Measurement,
    more: Partial<Entry> = {},
  ): Entry => ({ ...plain, key: `${group} ${id}`, group, id, unit, better, measurement, ...more });

  return [
    ...kernels.map(kernel =>
      entry({ group: 'kernels', id: kernel.id, unit: 'ms', better: 'lower' }, kernel, {
        // A time that a cache made is none to compare with.
        key: `kernels ${caseKey(kernel)} ${kernel.fromMemory ?? false}`,
        kernel: kernel.kernel,
        weightType: kernel.weightType ?? null,
        how: howTimed(kernel),
        ofLimit: kernel.status === 'success' ? shareOfLimit(kernel) : null,
        wrong: wrong.has(caseKey(kernel)),
        shader: kernel.shader ?? null,
      }),
    ),
    ...throughput.map(run => {
      const id = `${run.model}: ${run.kind} of ${run.nTokens} tokens at depth ${run.depth}`;
      const how = howDecoded(run);
      return entry({ group: 'throughput', id, unit: 'tokens/s', better: 'higher' }, run, {
        key: `throughput ${id} ${how}`,
        how,
        depth: run.depth,
      });
    }),
    ...speculation.map(pair =>
      entry(
        {
          group: 'speculation',
          id: `${pair.model}: ${pair.nDraft} tokens of ${pair.draft}`,
          unit: '×',
          better: 'higher',
        },
        pair,
      ),
    ),
    ...load.flatMap(({ model, loadMs, compileMs }) => [
      entry({ group: 'load', id: `${model}: load`, unit: 'ms', better: 'lower' }, loadMs),
      entry({ group: 'load', id: `${model}: compile pipelines`, unit: 'ms', better: 'lower' }, compileMs),
    ]),
    ...LIMITS.flatMap(([name, id, unit]) => {
      const limit = limits[name];
      const better = unit === 'ms' ? 'lower' : 'higher';
      return limit ? [entry({ group: 'limits', id, unit, better }, limit)] : [];
    }),
  ];
}

const LIMITS: readonly (readonly [keyof OwnLimits, string, SpeedRow['unit']])[] = [
  ['copyGbPerSecond', 'copy', 'GB/s'],
  ['readGbPerSecond', 'read', 'GB/s'],
  ['fmaGflops', 'fused multiply-add', 'GFLOP/s'],
  ['dispatchMs', 'one dispatch', 'ms'],
  ['independentDispatchMs', 'one dispatch that waits for no other', 'ms'],
  ['submitToReadbackMs', 'submit to readback', 'ms'],
  ['kickedReadbackMs', 'submit to readback, with empty submits', 'ms'],
];

function howDecoded({ kind, cacheType, temperature }: Throughput): string {
  const answer = temperature === undefined ? [] : [`answer at temperature ${temperature}`];
  return [kind, ...(cacheType ? [cacheType] : []), ...answer].join(', ');
}

/** Share of the limit that is nearer: of the memory or of the arithmetic. Older reports have only copies to compare with. */
function shareOfLimit(kernel: Extract<KernelSpeed, { status: 'success' }>): number | null {
  const { fractionOfCopy, fractionOfRead = null, fractionOfFma } = kernel;
  return largest(fractionOfRead ?? fractionOfCopy, fractionOfFma);
}

function largest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

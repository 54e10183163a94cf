import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Failure, Figures } from './figures.ts';
import type { GpuName } from './gpus.ts';

/** Worst figures of a GPU's kernels, by their name. */
export type Worst = Readonly<Record<string, number>>;

/** Limits of every checked GPU, and the compilers that they were taken with. */
export interface Limits {
  readonly mesa: string;
  readonly gpus: Readonly<Partial<Record<GpuName, Worst>>>;
}

/** Figure of a kernel that has a limit. */
interface Measure {
  readonly name: string;
  readonly value: number;
  /** Whether larger values are worse. */
  readonly isCost: boolean;
}

/** How much worse than its limit a figure may be: other versions of the compilers differ by less. Spills must not grow at all. */
const MARGIN = 0.05;

const FILE = join(import.meta.dirname, 'limits.json');

export function readLimits(): Limits {
  return JSON.parse(readFileSync(FILE, 'utf8')) as Limits;
}

export function writeLimits(limits: Limits): void {
  writeFileSync(FILE, `${JSON.stringify(limits, null, 2)}\n`);
}

/** The worst of each figure, over all kernels of a GPU. */
export function worstOf(rows: readonly (Figures | Failure)[]): Worst {
  return Object.fromEntries([...worstMeasures(rows)].map(([name, { value }]) => [name, value]));
}

/** Says of each figure that is worse than its limit, or has none, which kernel it is of. */
export function faultsOf(gpu: GpuName, rows: readonly (Figures | Failure)[], limits: Limits): string[] {
  const allowed = limits.gpus[gpu] ?? {};
  const worst = worstMeasures(rows);
  const failures = rows.flatMap(row =>
    'error' in row ? [`${gpu}: ${nameOf(row)} does not compile: ${row.error}`] : [],
  );
  const exceeded = [...worst].flatMap(([name, { value, isCost, row }]) => {
    const limit = allowed[name];
    if (limit === undefined) return [`${gpu}: ${name} is ${value} and has no limit (${nameOf(row)})`];
    const margin = name === SPILLS ? 0 : MARGIN * limit;
    const isWorse = isCost ? value > limit + margin : value < limit - margin;
    return isWorse ? [`${gpu}: ${name} is ${value}, beyond its limit of ${limit} (${nameOf(row)})`] : [];
  });
  const gone = Object.keys(allowed)
    .filter(name => !worst.has(name))
    .map(name => `${gpu}: no kernel has the figure "${name}", which has a limit`);
  return [...failures, ...exceeded, ...gone];
}

const SPILLS = 'spills';

type WorstMeasure = Measure & { readonly row: Figures };

function worstMeasures(rows: readonly (Figures | Failure)[]): Map<string, WorstMeasure> {
  const worst = new Map<string, WorstMeasure>();
  for (const row of rows) {
    if ('error' in row) continue;
    for (const measure of measuresOf(row)) {
      const known = worst.get(measure.name);
      const isWorse = !known || (measure.isCost ? measure.value > known.value : measure.value < known.value);
      if (isWorse) worst.set(measure.name, { ...measure, row });
    }
  }
  return worst;
}

/** Figures with limits: spills of any kernel, invocations of those that take the time, and the rates of products. */
function measuresOf({ label, rows, type, spills, resident, rates }: Figures): Measure[] {
  const cost = (name: string, value: number): Measure => ({ name, value, isCost: true });
  const gain = (name: string, value: number): Measure => ({ name, value, isCost: false });
  const [shader] = label.split(' ');
  const measures = [cost(SPILLS, spills)];
  if (type !== null || shader === 'attention')
    measures.push(gain(`${shader}, M = ${rows}: resident %`, resident));
  if (!rates || type === null) return measures;
  const product = `${shader} ${type}, M = ${rows}`;
  return [
    ...measures,
    cost(`${product}: slots/w`, rates.slotsPerWeight),
    cost(`${product}: B/w`, rates.bytesPerWeight),
    cost(`${product}: alu:mem`, rates.aluOverMemory),
    ...(rows >= 16 ? [gain(`${product}: multiply-adds %`, Math.round(100 * rates.multiplyAdds))] : []),
  ];
}

function nameOf({ label, model }: Figures | Failure): string {
  return `${label} of ${model}`;
}

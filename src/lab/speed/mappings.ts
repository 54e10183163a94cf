import { caseId } from '../../conformance/cases.ts';
import type { Setup } from '../../conformance/check.ts';
import { dense } from '../../conformance/contents.ts';
import { plainStep } from '../../conformance/inputs.ts';
import { mulMatCases } from '../../conformance/kernels/mulMat.ts';
import type { Run } from '../../conformance/run.ts';
import type { Gpu } from '../../gpu/device.ts';
import { mulMat } from '../../gpu/kernels/mulMat.ts';
import type { KernelSpec } from '../../gpu/pipelines.ts';
import { GPU_TUNING, type Tuning, tuningFor } from '../../gpu/tuning.ts';
import { repackedLayout } from '../../quant/repack.ts';
import type { WeightType } from '../../quant/types.ts';
import type { Failure, KernelShape } from '../../report/index.ts';
import { digestOfText } from '../digest.ts';
import { failureOf } from '../failure.ts';
import type { Finding, Job } from '../job.ts';
import { inTurn } from './inTurn.ts';
import { sampleAlternately, stopwatch } from './stopwatch.ts';

const LIMIT_MS = 300_000;

/** Knobs that say how the invocations of a workgroup share a product, and how they unpack weights. */
type Mapping = Partial<Pick<Tuning, (typeof mulMat.tuned)[number]>>;

/** Mapping without knobs that it does not use, all of its own being named: the defaults of a version may change. */
const ALONE: Mapping = { lanes: 1, mulMatWorkgroup: 64, maxTile: 4, unpack: 'floats' };
const SHARED: Mapping = {
  ...{ lanes: 16, rowLanes: 16, laneRows: 1 },
  ...{ maxTile: 8, maxSums: 8, unpack: 'floats' },
};

/** Mappings whose times decide which one a kind of GPU gets. None changes a bit. */
const MAPPINGS: readonly Mapping[] = [
  ALONE,
  ...([8, 16] as const).flatMap(rowLanes =>
    ([1, 2, 4] as const).map((laneRows): Mapping => ({ ...SHARED, rowLanes, laneRows })),
  ),
  { ...SHARED, laneRows: 2, maxSums: 16 },
  ...(['convert', 'bytes', 'halves'] as const).map((unpack): Mapping => ({ ...SHARED, unpack })),
];

/** `own` is the mapping that models get on the adapter, whatever that is. */
const OWN = 'own';

export interface ProductSizes {
  readonly weight: WeightType;
  readonly n: number;
  readonly k: number;
}

/** Times products of these numbers of rows, as models on this adapter would run them: what a draft's verification costs. */
export function widthsJob(sizes: ProductSizes, rows: readonly number[]): Job {
  return productsJob('widths', sizes, rows, [OWN]);
}

/** Times products under every mapping, whatever the adapter is. */
export function mappingsJob(sizes: ProductSizes, rows: readonly number[]): Job {
  return productsJob('mappings', sizes, rows, MAPPINGS);
}

/** Product to time; its shape says how it appears in a report. */
interface Product {
  readonly mapping: Mapping | typeof OWN;
  readonly rows: number;
  readonly shape: KernelShape;
}

function productsJob(
  name: string,
  sizes: ProductSizes,
  rows: readonly number[],
  mappings: readonly (Mapping | typeof OWN)[],
): Job {
  const products = mappings.flatMap(mapping =>
    rows.map((m): Product => ({ mapping, rows: m, shape: shapeOf(sizes, m, mapping) })),
  );
  const found = (of: Product, entry: readonly number[] | Failure, shader?: string): Finding => {
    const shape = { ...of.shape, ...(shader !== undefined && { shader }) };
    return { part: 'speed.kernels', shape, entry };
  };
  return {
    id: caseId(name, sizes),
    part: 'speed.kernels',
    limitMs: LIMIT_MS,
    weight: products.length * (0.2 + (sizes.n * sizes.k) / 2e7),
    async run(bench) {
      const gpu = await bench.own({ feature: 'timestamp-query' });
      const compiled: { product: Product; spec: KernelSpec; shader: string }[] = [];
      const findings: Finding[] = [];
      for (const product of products) {
        const spec = specOf(sizes, product, gpu);
        try {
          const { code } = await gpu.pipelines.get(spec);
          compiled.push({ product, spec, shader: await digestOfText(code) });
        } catch (error) {
          findings.push(found(product, failureOf(error)));
        }
      }
      const specs = compiled.map(({ product, spec }) => ({ spec, rows: product.rows }));
      const works = await inTurn(gpu, runsOf(sizes, specs));
      const samples = await sampleAlternately(stopwatch(gpu, bench.clock), works, bench.repetitions);
      if (gpu.fault) throw gpu.fault;
      compiled.forEach(({ product, shader }, i) => {
        const each = samples[i].map(ms => ms / works[i].length);
        findings.push(found(product, each, shader));
      });
      return findings;
    },
    failed: failure => products.map(product => found(product, failure)),
  };
}

function shapeOf({ weight, n, k }: ProductSizes, rows: number, mapping: Mapping | typeof OWN): KernelShape {
  const axes = { weight, rows, n, k };
  const { quantsBytes, scalesBytes } = repackedLayout(weight, k, n);
  const knobs = mapping === OWN ? {} : mapping;
  const listed = Object.entries(knobs).map(([knob, value]) => `${knob}=${value}`);
  return {
    id: caseId(mulMat.shader, axes),
    kernel: mulMat.shader,
    weightType: weight,
    variant: 'base',
    tuning: listed.join(',') || OWN,
    parameters: { ...axes, ...knobs },
    bytes: quantsBytes + scalesBytes + 4 * rows * (k + n),
    flops: 2 * rows * n * k,
    fromMemory: true,
  };
}

function specOf({ weight, n, k }: ProductSizes, { rows, mapping }: Product, gpu: Gpu): KernelSpec {
  const tuning = mapping === OWN ? tuningFor(gpu.report) : { ...GPU_TUNING, ...mapping };
  const epilogue = { kind: 'store', dstStride: n } as const;
  return mulMat({ weight, blocks: k / 32, n, rows, epilogue }, tuning);
}

/** Runs of one matrix and the same rows: they differ in the number of rows that the step names. */
function runsOf(sizes: ProductSizes, specs: readonly { spec: KernelSpec; rows: number }[]): Run[] {
  const most = Math.max(...specs.map(({ rows }) => rows));
  const { setup } = mulMatCases.at({ ...sizes, rows: most }).make(GPU_TUNING);
  const [, ...others] = setup.bindings;
  return specs.map(({ spec, rows }) => {
    const bindings: Setup['bindings'] = [dense(plainStep(rows)), ...others];
    return { spec, setup: { bindings, grid: () => spec.workgroups } };
  });
}

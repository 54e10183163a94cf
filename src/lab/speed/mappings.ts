import { caseId } from '../../conformance/cases.ts';
import { dense } from '../../conformance/contents.ts';
import { plainStep } from '../../conformance/inputs.ts';
import { mulMatCases } from '../../conformance/kernels/mulMat.ts';
import type { Run } from '../../conformance/run.ts';
import { mulMat } from '../../gpu/kernels/mulMat.ts';
import type { KernelSpec } from '../../gpu/pipelines.ts';
import { GPU_TUNING, type Tuning, tuningFor } from '../../gpu/tuning.ts';
import { repackedLayout } from '../../quant/repack.ts';
import type { WeightType } from '../../quant/types.ts';
import type { Failure, KernelShape } from '../../report/index.ts';
import { digestOfText } from '../digest.ts';
import type { Finding, Job } from '../job.ts';
import { inTurn } from './inTurn.ts';
import { sampleAlternately, stopwatch } from './stopwatch.ts';

const LIMIT_MS = 180_000;

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
    ([1, 2] as const).map((laneRows): Mapping => ({ ...SHARED, rowLanes, laneRows })),
  ),
  { ...SHARED, laneRows: 2, maxSums: 16 },
  ...(['convert', 'bytes', 'halves'] as const).map((unpack): Mapping => ({ ...SHARED, unpack })),
];

const NO_GPU: Failure = {
  status: 'unsupported',
  message:
    'mappings are for GPUs; a software adapter takes minutes for most of them, and its times say nothing about GPUs',
};

/** `own` is the mapping that models get on the adapter, whatever that is. */
const OWN = 'own';

export interface ProductSizes {
  readonly weight: WeightType;
  readonly n: number;
  readonly k: number;
}

/** Times products of these numbers of rows, as models on this adapter would run them: what a draft's verification costs. */
export function widthsJob(sizes: ProductSizes, rows: readonly number[]): Job {
  return productsJob('widths', sizes, rows, OWN);
}

/** Times products of these numbers of rows under every mapping, whatever the GPU is: a job each, because one may hang a driver. */
export function mappingJobs(sizes: ProductSizes, rows: readonly number[]): Job[] {
  return MAPPINGS.map(mapping => productsJob('mapping', sizes, rows, mapping));
}

function productsJob(
  name: string,
  sizes: ProductSizes,
  rows: readonly number[],
  mapping: Mapping | typeof OWN,
): Job {
  const shapes = rows.map(m => shapeOf(sizes, m, mapping));
  const failed = (failure: Failure) =>
    shapes.map((shape): Finding => ({ part: 'speed.kernels', shape, entry: failure }));
  return {
    id: caseId(name, { ...sizes, ...(mapping !== OWN && mapping) }),
    part: 'speed.kernels',
    limitMs: LIMIT_MS,
    weight: (rows.length * sizes.n * sizes.k) / 2e7,
    async run(bench) {
      const gpu = await bench.own({ feature: 'timestamp-query' });
      if (mapping !== OWN && gpu.report.isFallback) return failed(NO_GPU);
      const tuning = mapping === OWN ? tuningFor(gpu.report) : { ...GPU_TUNING, ...mapping };
      const works = await inTurn(gpu, runsOf(sizes, rows, tuning));
      const samples = await sampleAlternately(stopwatch(gpu, bench.clock), works, bench.repetitions);
      if (gpu.fault) throw gpu.fault;
      return Promise.all(
        shapes.map(async (shape, i): Promise<Finding> => {
          const { code } = await gpu.pipelines.get(specOf(sizes, rows[i], tuning));
          const entry = samples[i].map(ms => ms / works[i].length);
          return { part: 'speed.kernels', shape: { ...shape, shader: await digestOfText(code) }, entry };
        }),
      );
    },
    failed,
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

function specOf({ weight, n, k }: ProductSizes, rows: number, tuning: Tuning): KernelSpec {
  const epilogue = { kind: 'store', dstStride: n } as const;
  return mulMat({ weight, blocks: k / 32, n, rows, epilogue }, tuning);
}

/** Runs of one matrix and the same rows: they differ in the number of rows that the step names. */
function runsOf(sizes: ProductSizes, rows: readonly number[], tuning: Tuning): Run[] {
  const { setup } = mulMatCases.at({ ...sizes, rows: Math.max(...rows) }).make(tuning);
  const [, ...others] = setup.bindings;
  return rows.map(m => {
    const spec = specOf(sizes, m, tuning);
    return { spec, setup: { bindings: [dense(plainStep(m)), ...others], grid: () => spec.workgroups } };
  });
}

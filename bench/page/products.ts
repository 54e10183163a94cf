import { mulMatCases } from '../../src/conformance/kernels/mulMat.ts';
import { prepareRuns } from '../../src/conformance/run.ts';
import { type Gpu, openGpu } from '../../src/gpu/device.ts';
import { type Dispatch, record } from '../../src/gpu/dispatch.ts';
import { tuningFor } from '../../src/gpu/tuning.ts';
import { labShaders } from '../../src/lab/shaders.ts';
import { read as plainRead } from '../../src/lab/speed/memory.ts';
import { repackedLayout } from '../../src/quant/repack.ts';
import { alternate, elapsed, median, pairedRatio, type Summary, summary } from './statistics.ts';

const SHAPES = [
  { k: 256, n: 256 },
  { k: 2048, n: 2048 },
  { k: 4096, n: 11008 },
] as const;
const TYPES = ['Q4_0', 'F32'] as const;
type ProductType = (typeof TYPES)[number];

/** Shortest sample: faster work is repeated within one pass. */
const SAMPLE_MS = 40;

export interface ProductCost {
  readonly k: number;
  readonly n: number;
  readonly bytes: Record<ProductType, number>;
  readonly productMs: Record<ProductType, Summary>;
  readonly readMs: Record<ProductType, Summary>;
  /** Time of the Q4_0 product relative to the F32 product. */
  readonly q4OverF32: number;
  /** Time of a plain read of a matrix's bytes relative to its product with a vector. */
  readonly readOverProduct: Record<ProductType, number>;
}

/** Dispatches that multiply a matrix, and that read it, in parts that fit a binding. */
interface Work {
  readonly bytes: number;
  readonly product: readonly Dispatch[];
  readonly read: readonly Dispatch[];
  readonly buffers: readonly GPUBuffer[];
}

/** Measures matrix × vector of both types, and plain reads of the same bytes, alternating. */
export async function measureProducts(repetitions: number): Promise<ProductCost[]> {
  const gpu = await openGpu(labShaders());
  try {
    const costs: ProductCost[] = [];
    for (const { k, n } of SHAPES) costs.push(await measureShape(gpu, k, n, repetitions));
    return costs;
  } finally {
    gpu.close();
  }
}

async function measureShape(gpu: Gpu, k: number, n: number, repetitions: number): Promise<ProductCost> {
  const work = { Q4_0: await workOf(gpu, 'Q4_0', k, n), F32: await workOf(gpu, 'F32', k, n) };
  const runs: Record<string, () => Promise<number>> = {};
  for (const type of TYPES) {
    runs[`${type} product`] = await repeated(gpu, work[type].product);
    runs[`${type} read`] = await repeated(gpu, work[type].read);
  }
  const samples = await alternate(Object.keys(runs), repetitions, name => runs[name]());
  for (const buffer of [...work.Q4_0.buffers, ...work.F32.buffers]) gpu.destroyBuffer(buffer);
  if (gpu.fault) throw gpu.fault;
  const times = (name: string) => ({
    Q4_0: summary(samples[`Q4_0 ${name}`]),
    F32: summary(samples[`F32 ${name}`]),
  });
  const [productMs, readMs] = [times('product'), times('read')];
  return {
    k,
    n,
    bytes: { Q4_0: work.Q4_0.bytes, F32: work.F32.bytes },
    productMs,
    readMs,
    q4OverF32: pairedRatio(samples['Q4_0 product'], samples['F32 product']),
    readOverProduct: {
      Q4_0: pairedRatio(samples['Q4_0 read'], samples['Q4_0 product']),
      F32: pairedRatio(samples['F32 read'], samples['F32 product']),
    },
  };
}

async function workOf(gpu: Gpu, weight: ProductType, k: number, n: number): Promise<Work> {
  const { maxStorageBufferBindingSize } = gpu.device.limits;
  const nParts = Math.ceil(repackedLayout(weight, k, n).quantsBytes / maxStorageBufferBindingSize);
  const { quantsBytes, scalesBytes } = repackedLayout(weight, k, n / nParts);
  const { make } = mulMatCases.at({ weight, k, n: n / nParts });
  const { prepared, buffers } = await prepareRuns(
    gpu,
    Array.from({ length: nParts }, () => make(tuningFor(gpu.report))),
  );
  const folded = gpu.createBuffer('bench', 16, GPUBufferUsage.STORAGE);
  const read: Dispatch[] = [];
  for (const { places } of prepared) {
    for (const place of scalesBytes > 0 ? [places[1], places[2]] : [places[1]]) {
      const spec = plainRead({ bytes: place.size });
      const { pipeline, layout } = await gpu.pipelines.get(spec);
      const entries = [place, { buffer: folded }].map((resource, binding) => ({ binding, resource }));
      const bindGroup = gpu.device.createBindGroup({ layout, entries });
      read.push({ pipeline, bindGroup, workgroups: spec.workgroups });
    }
  }
  const product = prepared.map(({ dispatch }) => dispatch);
  return { bytes: nParts * (quantsBytes + scalesBytes), product, read, buffers: [...buffers, folded] };
}

/** Prepares runs of `dispatches`, repeated until a sample is long enough; each resolves to the milliseconds of one repetition. */
export async function repeated(gpu: Gpu, dispatches: readonly Dispatch[]): Promise<() => Promise<number>> {
  const run = async (times: number) => {
    const ms = await elapsed(async () => {
      const encoder = gpu.device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      for (let i = 0; i < times; i++) record(pass, dispatches);
      pass.end();
      gpu.device.queue.submit([encoder.finish()]);
      await gpu.device.queue.onSubmittedWorkDone();
    });
    return ms / times;
  };
  await run(1);
  const once = median([await run(1), await run(1), await run(1)]);
  const times = Math.max(1, Math.ceil(SAMPLE_MS / once));
  return () => run(times);
}

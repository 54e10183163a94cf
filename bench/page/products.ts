import { type Gpu, openGpu } from '../../src/gpu/device.ts';
import { type Call, Recorder, record } from '../../src/gpu/dispatch.ts';
import { kernel } from '../../src/gpu/kernel.ts';
import { mulMat } from '../../src/gpu/kernels/mulMat.ts';
import { shaderSources } from '../../src/gpu/shaderSources.ts';
import { tuningFor } from '../../src/gpu/tuning.ts';
import { randomValues } from '../../src/quant/randomValues.ts';
import { repackedLayout } from '../../src/quant/repack.ts';
import { plainStep } from '../../src/selftest/inputs.ts';
import { ceilDiv } from '../../src/util/math.ts';
import plainReadSource from './plain_read.wgsl?raw';
import { alternate, elapsed, median, pairedRatio, type Summary, summary } from './statistics.ts';

const SHAPES = [
  { k: 256, n: 256 },
  { k: 2048, n: 2048 },
  { k: 4096, n: 11008 },
] as const;
const TYPES = ['Q4_0', 'F32'] as const;
type ProductType = (typeof TYPES)[number];

/** Shortest sample: what is faster is repeated within one pass. */
const SAMPLE_MS = 40;
const READ_WORKGROUP = 64;
const MOST_READ_GROUPS = 256;

export interface ProductCost {
  readonly k: number;
  readonly n: number;
  readonly bytes: Record<ProductType, number>;
  readonly productMs: Record<ProductType, Summary>;
  readonly readMs: Record<ProductType, Summary>;
  /** Time of the Q4_0 product over that of the F32 product. */
  readonly q4OverF32: number;
  /** Time of a plain read of a matrix's bytes over the time of its product with a vector. */
  readonly readOverProduct: Record<ProductType, number>;
}

/** A matrix's buffers on the GPU and the calls that multiply and that read it, in parts that one binding can hold. */
interface Work {
  readonly bytes: number;
  readonly product: readonly Call[];
  readonly read: readonly Call[];
}

/** Matrix × vector of both types, and plain reads of the same bytes, alternating. */
export async function measureProducts(repetitions: number): Promise<ProductCost[]> {
  const gpu = await openGpu(new Map([...shaderSources(), ['plain_read.wgsl', plainReadSource]]));
  try {
    const costs: ProductCost[] = [];
    for (const { k, n } of SHAPES) costs.push(await measureShape(gpu, k, n, repetitions));
    return costs;
  } finally {
    gpu.close();
  }
}

async function measureShape(gpu: Gpu, k: number, n: number, repetitions: number): Promise<ProductCost> {
  const buffers: GPUBuffer[] = [];
  const create = (words: number) => {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
    const buffer = gpu.createBuffer('bench', Math.max(16, 4 * words), usage);
    buffers.push(buffer);
    return buffer;
  };
  const work = { Q4_0: workOf(gpu, 'Q4_0', k, n, create), F32: workOf(gpu, 'F32', k, n, create) };
  const runs: Record<string, () => Promise<number>> = {};
  for (const type of TYPES) {
    runs[`${type} product`] = await repeated(gpu, work[type].product);
    runs[`${type} read`] = await repeated(gpu, work[type].read);
  }
  const samples = await alternate(Object.keys(runs), repetitions, name => runs[name]());
  for (const buffer of buffers) gpu.destroyBuffer(buffer);
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

function workOf(
  gpu: Gpu,
  type: ProductType,
  k: number,
  n: number,
  create: (words: number) => GPUBuffer,
): Work {
  const { maxStorageBufferBindingSize } = gpu.device.limits;
  const nParts = Math.ceil(repackedLayout(type, k, n).quantsBytes / maxStorageBufferBindingSize);
  const nPart = n / nParts;
  const { quantsBytes, scalesBytes, blocksPerRow } = repackedLayout(type, k, nPart);
  const { queue } = gpu.device;
  const step = create(plainStep(1).length);
  queue.writeBuffer(step, 0, plainStep(1));
  const src = create(k);
  queue.writeBuffer(src, 0, randomValues(k, 1));
  const [dst, folded] = [create(nPart), create(READ_WORKGROUP * MOST_READ_GROUPS)];
  const spec = mulMat(
    { weight: type, blocks: blocksPerRow, n: nPart, rows: 1, epilogue: { kind: 'store', dstStride: nPart } },
    tuningFor(gpu.report),
  );
  const product: Call[] = [];
  const read: Call[] = [];
  for (let part = 0; part < nParts; part++) {
    const [quants, scales] = [create(quantsBytes / 4), create(scalesBytes / 4)];
    fill(queue, quants, randomValues(2 ** 18, 2));
    // Halves of 1/16.
    fill(queue, scales, new Uint32Array(2 ** 18).fill(0x2c002c00));
    product.push({ spec, buffers: [step, quants, scales, src, dst] });
    for (const buffer of scalesBytes > 0 ? [quants, scales] : [quants]) {
      read.push({ spec: plainRead({ bytes: buffer.size }), buffers: [buffer, folded] });
    }
  }
  return { bytes: nParts * (quantsBytes + scalesBytes), product, read };
}

/** Every invocation reads 16 bytes at least. */
const plainRead = kernel('plain_read', [], ({ bytes }: { bytes: number }) => {
  const groups = Math.min(MOST_READ_GROUPS, ceilDiv(bytes, 16 * READ_WORKGROUP));
  return {
    defines: {},
    overrides: { WORKGROUP_SIZE: READ_WORKGROUP, GROUPS: groups },
    bindings: ['read', 'write'],
    workgroups: [groups, 1, 1],
  };
});

/** Writes `pattern` over a buffer again and again. */
function fill(
  queue: GPUQueue,
  buffer: GPUBuffer,
  pattern: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>,
): void {
  for (let at = 0; at < buffer.size; at += pattern.byteLength) {
    queue.writeBuffer(buffer, at, pattern, 0, Math.min(pattern.length, (buffer.size - at) / 4));
  }
}

/** A run of `calls`, as often as makes a sample long enough; resolves to the milliseconds of one of them. */
async function repeated(gpu: Gpu, calls: readonly Call[]): Promise<() => Promise<number>> {
  const dispatches = await new Recorder(gpu.device, gpu.pipelines).prepare(calls);
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

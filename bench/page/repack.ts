import type { ByteSource, GgufTensor } from '../../src/gguf/index.ts';
import { type Gpu, openGpu } from '../../src/gpu/device.ts';
import { shaderSources } from '../../src/gpu/shaderSources.ts';
import { allocateMatrix, matrixUploads, planMatrix } from '../../src/model/weights/matrix.ts';
import { runUploads } from '../../src/model/weights/upload.ts';
import { randomBlocks } from '../../src/quant/randomBlocks.ts';
import { RepackMemory, repackInto } from '../../src/quant/repack.ts';
import { byteLength, WEIGHT_TYPES, type WeightType } from '../../src/quant/types.ts';
import { alternate, elapsed, pairedRatio, type Summary, summary } from './statistics.ts';

const K = 2048;
/** Size of a chunk that is repacked at a time, see src/model/weights/matrix.ts. */
const CHUNK_BYTES = 2 << 20;
const N_CHUNKS = 32;
/** Sizes of the loaded file and of its matrices. */
const FILE_BYTES = 400e6;
const MATRIX_BYTES = 50e6;
const LOADED_TYPES = ['Q4_0', 'Q4_K', 'Q6_K', 'IQ4_XS'] as const;

export interface RepackCost {
  /** Gigabytes of a file repacked per second, by type. */
  readonly gigabytesPerSecond: Partial<Record<WeightType, Summary>>;
  /** Milliseconds of loading a file from memory, and of a plain upload of its bytes. */
  readonly loads: readonly {
    readonly type: WeightType;
    readonly loadMs: Summary;
    readonly uploadMs: Summary;
    readonly loadOverUpload: number;
  }[];
}

/** Measures the speed of repacking weights for the GPU, alone and as part of loading. */
export async function measureRepack(repetitions: number): Promise<RepackCost> {
  const gigabytesPerSecond: Partial<Record<WeightType, Summary>> = {};
  const memory = new RepackMemory();
  for (const type of WEIGHT_TYPES) {
    const rows = Math.floor(CHUNK_BYTES / byteLength(type, K));
    const bytes = randomRows(type, rows);
    const rates: number[] = [];
    for (let i = 0; i <= repetitions; i++) {
      const ms = await elapsed(async () => {
        for (let chunk = 0; chunk < N_CHUNKS; chunk++) repackInto(type, bytes, K, rows, memory);
      });
      // The first repetition warms up.
      if (i > 0) rates.push((N_CHUNKS * bytes.length) / 1e6 / ms);
    }
    gigabytesPerSecond[type] = summary(rates);
  }
  const gpu = await openGpu(shaderSources());
  try {
    const loads: RepackCost['loads'][number][] = [];
    for (const type of LOADED_TYPES) loads.push(await measureLoad(gpu, type, repetitions));
    return { gigabytesPerSecond, loads };
  } finally {
    gpu.close();
  }
}

async function measureLoad(gpu: Gpu, type: WeightType, repetitions: number) {
  const rows = Math.floor(MATRIX_BYTES / byteLength(type, K) / 4) * 4;
  const sizeBytes = byteLength(type, K * rows);
  const nMatrices = Math.round(FILE_BYTES / sizeBytes);
  const file = randomRows(type, rows);
  // The file repeats one matrix.
  const source: ByteSource = {
    name: 'memory',
    sizeBytes,
    read: async (offset, length) => file.slice(offset, offset + length),
  };
  const tensor: GgufTensor = { name: 'm', type, shape: [K, rows], nElements: K * rows, offset: 0, sizeBytes };
  const plan = planMatrix('m', [tensor]);
  const matrix = allocateMatrix(gpu, plan);
  const plain = gpu.createBuffer('plain', sizeBytes, GPUBufferUsage.COPY_DST | GPUBufferUsage.STORAGE);
  const uploads = {
    load: matrixUploads(gpu, plan, matrix),
    upload: matrixUploads(gpu, plan, matrix).map(({ offset, length }) => ({
      offset,
      length,
      write: (bytes: Uint8Array<ArrayBuffer>) => gpu.device.queue.writeBuffer(plain, offset, bytes),
    })),
  };
  const samples = await alternate(['load', 'upload'] as const, repetitions, name =>
    elapsed(async () => {
      for (let i = 0; i < nMatrices; i++) await runUploads(source, uploads[name], () => {});
      await gpu.device.queue.onSubmittedWorkDone();
    }),
  );
  if (gpu.fault) throw gpu.fault;
  for (const buffer of [matrix.quants, matrix.scales, plain]) gpu.destroyBuffer(buffer);
  return {
    type,
    loadMs: summary(samples.load),
    uploadMs: summary(samples.upload),
    loadOverUpload: pairedRatio(samples.load, samples.upload),
  };
}

/** Rows that repeat a few random ones, because generating them is slow. */
function randomRows(type: WeightType, rows: number): Uint8Array<ArrayBuffer> {
  const few = randomBlocks(type, 16 * K, 1);
  const bytes = new Uint8Array(byteLength(type, K * rows));
  for (let at = 0; at < bytes.length; at += few.length) bytes.set(few.subarray(0, bytes.length - at), at);
  return bytes;
}

import type { Gpu } from '../gpu/device.ts';
import { Recorder, record } from '../gpu/dispatch.ts';
import { type KernelSpec, kernelKey } from '../gpu/pipelines.ts';
import type { Tuning } from '../gpu/tuning.ts';
import { type Comparison, compareExact, compareNmse } from '../selftest/compare.ts';
import { ForetokenError } from '../util/errors.ts';

export type BindingData = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** What a kernel is given and what has to come back. */
export interface KernelRun {
  readonly spec: KernelSpec;
  /** Contents of binding 0, 1, … before the run. */
  readonly bindings: readonly BindingData[];
  /** Bindings to read back, with what their CPU twin gives. */
  readonly expected: readonly ExpectedBinding[];
}

export interface ExpectedBinding {
  readonly binding: number;
  readonly values: BindingData;
  /** Largest NMSE; 0 asks for equal bits. */
  readonly bound: number;
  /** Which words of the binding to compare, and how to read them; all of it, as `values` is typed, by default. */
  readonly select?: (words: Uint32Array<ArrayBuffer>) => BindingData;
}

/** One row of the case table. The id is derived from what varies: `mul_mat:WEIGHT=Q4_0,rows=3`. */
export interface KernelCase {
  readonly id: string;
  /** Builds the inputs, seeded, and the CPU twin's answer. */
  readonly make: (tuning: Tuning) => KernelRun;
  /** The same kernel for a batch of so many rows; absent where a kernel computes no rows. */
  readonly forRows?: (tuning: Tuning, rows: number) => KernelSpec;
}

/** Names a case by what varies in it. */
export function caseId(
  kernel: string,
  parameters: Readonly<Record<string, string | number | boolean>>,
): string {
  const listed = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
  return `${kernel}:${listed.join(',')}`;
}

/** What a case's id says: `caseId` the other way round. */
export function readCaseId(id: string): {
  readonly kernel: string;
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
} {
  const [kernel, listed = ''] = id.split(':');
  const entries = listed.split(',').map(entry => {
    const [name, value = ''] = entry.split('=');
    if (value === 'true' || value === 'false') return [name, value === 'true'] as const;
    return [name, value !== '' && Number.isFinite(Number(value)) ? Number(value) : value] as const;
  });
  return { kernel, parameters: Object.fromEntries(entries.filter(([name]) => name !== '')) };
}

/** Runs a case on the GPU and compares what came of it. Throws `shader_error` when the kernel does not compile. */
export async function runKernelCase(gpu: Gpu, { make }: KernelCase, tuning: Tuning): Promise<Comparison> {
  const run = make(tuning);
  let values: readonly BindingData[];
  // Compiled first: an error from here on is the run's.
  await gpu.pipelines.get(run.spec);
  try {
    [values] = await executeKernel(gpu, run);
  } catch (error) {
    return { passed: false, nmse: Number.POSITIVE_INFINITY, message: ForetokenError.from(error).message };
  }
  const results = run.expected.map((want, i) => compareBinding(want, values[i]));
  return results.find(({ passed }) => !passed) ?? results.reduce((a, b) => (a.nmse > b.nmse ? a : b));
}

/**
 * Runs a kernel `times` times, each on fresh buffers, in one submit whose results are read together. Resolves to what each run
 * left in the bindings of `expected`, in order, as that reads it. Throws `shader_error` when it does not compile, and `internal`
 * when the GPU refuses it.
 */
export async function executeKernel(
  gpu: Gpu,
  { spec, bindings, expected }: KernelRun,
  times = 1,
): Promise<BindingData[][]> {
  const { device } = gpu;
  await gpu.pipelines.get(spec);
  const buffers: GPUBuffer[] = [];
  const create = (size: number, usage: GPUBufferUsageFlags) => {
    const buffer = gpu.createBuffer(kernelKey(spec), Math.max(16, size), usage);
    buffers.push(buffer);
    return buffer;
  };
  device.pushErrorScope('validation');
  const runs = Array.from({ length: times }, () =>
    bindings.map(data => {
      const buffer = create(
        data.byteLength,
        GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
      );
      device.queue.writeBuffer(buffer, 0, data);
      return buffer;
    }),
  );
  const dispatches = await new Recorder(device, gpu.pipelines).prepare(
    runs.map(inputs => ({ spec, buffers: inputs })),
  );
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  record(pass, dispatches);
  pass.end();
  const readings = runs.map(inputs =>
    expected.map(({ binding }) => {
      const size = bindings[binding].byteLength;
      const staging = create(size, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST);
      encoder.copyBufferToBuffer(inputs[binding], 0, staging, 0, size);
      return { staging, size };
    }),
  );
  device.queue.submit([encoder.finish()]);
  // Asked for together: in some browsers it takes as long to map one buffer as it takes to map many.
  const words = await Promise.all(
    readings.flat().map(async ({ staging, size }) => {
      await staging.mapAsync(GPUMapMode.READ);
      return new Uint32Array(staging.getMappedRange(0, size).slice(0));
    }),
  );
  for (const buffer of buffers) gpu.destroyBuffer(buffer);
  const error = await device.popErrorScope();
  if (error) throw new ForetokenError('internal', `${kernelKey(spec)}: ${error.message}`);
  return runs.map((_, run) => expected.map((want, i) => asValues(want, words[run * expected.length + i])));
}

function asValues({ values, select }: ExpectedBinding, words: Uint32Array<ArrayBuffer>): BindingData {
  if (select) return select(words);
  return values instanceof Float32Array ? new Float32Array(words.buffer) : words;
}

/** Holds what a kernel left in a binding against what its CPU twin gives. */
export function compareBinding({ values, bound }: ExpectedBinding, actual: BindingData): Comparison {
  if (bound === 0 || !(actual instanceof Float32Array && values instanceof Float32Array)) {
    return compareExact(actual, values);
  }
  return compareNmse(actual, values, bound);
}

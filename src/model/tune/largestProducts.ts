import type { Gpu } from '../../gpu/device.ts';
import { type Call, Recorder, record } from '../../gpu/dispatch.ts';
import type { Choices } from '../../gpu/knobs.ts';
import { CompileError } from '../../gpu/pipelines.ts';
import { layerCalls, type PlanInputs } from '../plan.ts';
import type { PrepareRun } from './autotune.ts';

/** Per kernel, the layers' product with the largest matrix that one of these knobs affects; the first one of equal size. */
export function largestProducts(inputs: PlanInputs, knobs: readonly (keyof Choices)[], rows: number): Call[] {
  const tuned = layerCalls(inputs, rows).filter(({ spec }) => knobs.some(knob => spec.tuned.includes(knob)));
  return [...new Set(tuned.map(({ spec }) => spec.shader))].flatMap(shader => {
    const products = tuned.filter(({ spec }) => spec.shader === shader);
    return products.toSorted((a, b) => matrixBytes(b) - matrixBytes(a)).slice(0, 1);
  });
}

/** The second buffer of a product is its matrix, see shaders/lib/weight.wgsl. */
function matrixBytes({ buffers }: Call): number {
  return buffers[1].size;
}

/**
 * Times a model's largest products on its own buffers, whose weights need not be loaded yet. Use it only before the model is
 * used: a run corrupts its state, although a step writes all of that before reading it.
 */
export function timeLargestProducts(gpu: Gpu, inputs: PlanInputs): PrepareRun {
  const { queue } = gpu.device;
  const recorder = new Recorder(gpu.device, gpu.pipelines);
  return async (tuning, knob, atMost) => {
    const rows = Math.min(atMost, inputs.state.maxRows);
    const calls = largestProducts({ ...inputs, tuning }, [knob], rows);
    const dispatches = await recorder.prepare(calls).catch(ifNotCompiled);
    if (!dispatches || dispatches.length === 0) return null;
    return async times => {
      writeBatch(gpu, inputs, rows);
      const encoder = gpu.device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      for (let i = 0; i < times; i++) record(pass, dispatches);
      pass.end();
      const begin = performance.now();
      queue.submit([encoder.finish()]);
      await queue.onSubmittedWorkDone();
      if (gpu.fault) throw gpu.fault;
      return performance.now() - begin;
    };
  };
}

function ifNotCompiled(error: unknown): null {
  if (error instanceof CompileError) return null;
  throw error;
}

/** Writes a batch of `rows` rows, all of them outputs, with the experts chosen in rotation. */
function writeBatch({ device }: Gpu, { state, spec }: PlanInputs, rows: number): void {
  const step = new Uint32Array(4 * (1 + rows));
  step.set([rows, rows]);
  for (let row = 0; row < rows; row++) step[4 * (1 + row) + 3] = row;
  device.queue.writeBuffer(state.step, 0, step);
  const experts = spec.layers
    .map(({ ffn, expertsBeside }) => expertsBeside?.ffn ?? ffn)
    .find(ffn => ffn?.kind === 'experts');
  if (!experts) return;
  const chosen = new Uint32Array(2 * rows * experts.nUsed);
  for (let choice = 0; choice < rows * experts.nUsed; choice++)
    chosen[2 * choice] = choice % experts.nExperts;
  device.queue.writeBuffer(state.scratch('chosen'), 0, chosen);
}

import { measured } from '../../report/index.ts';
import type { Bench } from '../bench.ts';
import type { Job } from '../job.ts';
import type { ModelName } from '../models.ts';

const LIMIT_MS = 180_000;
const SHAPE = { nCtx: 512, nSlots: 1, nCtxShared: null, maxRows: 64, cacheType: 'f16' } as const;

/**
 * Times loading a model from bytes in memory, and the part during which pipelines were compiled, on a new device every time. A
 * browser may cache compiled shaders, so the first sample is the time for a new user.
 */
export function loadJob(model: ModelName, repetitions: number): Job {
  return {
    id: `load:${model}`,
    part: 'speed.load',
    limitMs: LIMIT_MS,
    weight: 8.5,
    async run(bench) {
      await bench.models.get(model);
      const loads: number[] = [];
      const compiles: number[] = [];
      for (let i = 0; i < repetitions; i++) {
        const { loadMs, compileMs } = await load(bench, model);
        loads.push(loadMs);
        compiles.push(compileMs);
      }
      const entry = { model, loadMs: measured(loads), compileMs: measured(compiles) };
      return [{ part: 'speed.load', entry }];
    },
    failed: failure => [{ part: 'speed.load', entry: { model, loadMs: failure, compileMs: failure } }],
  };
}

async function load(bench: Bench, model: ModelName) {
  const gpu = await bench.own();
  const { device } = gpu;
  const compile = device.createComputePipelineAsync;
  let first: number | null = null;
  let last = 0;
  device.createComputePipelineAsync = async descriptor => {
    first ??= performance.now();
    const pipeline = await compile.call(device, descriptor);
    last = performance.now();
    return pipeline;
  };
  const begin = performance.now();
  await bench.models.load(gpu, model, SHAPE);
  const loadMs = performance.now() - begin;
  bench.release(gpu);
  return { loadMs, compileMs: last - (first ?? last) };
}

import { measured } from '../../report/index.ts';
import type { Bench } from '../bench.ts';
import type { Job } from '../job.ts';
import type { ModelName } from '../models.ts';

const LIMIT_MS = 180_000;
const SHAPE = { nCtx: 512, nSlots: 1, nCtxShared: null, maxRows: 64, cacheType: 'f16' } as const;

/**
 * From bytes in memory to a model that is ready, and of that the time during which pipelines were compiled, on a device that is
 * new every time. A browser may remember what it compiled before: the first sample says what a newcomer waits for.
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

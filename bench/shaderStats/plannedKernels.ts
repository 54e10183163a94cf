import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openGpu } from '../../src/gpu/device.ts';
import type { Dispatch } from '../../src/gpu/dispatch.ts';
import { FakeGpu } from '../../src/gpu/fakeGpu.ts';
import { type KernelSpec, kernelKey } from '../../src/gpu/pipelines.ts';
import { type Tuning, tuningFor } from '../../src/gpu/tuning.ts';
import { allocateKvCache, type CacheType } from '../../src/model/cache/streams.ts';
import { requireMemory } from '../../src/model/memoryPlan.ts';
import { allBlocks, carriedOf, streamsOf } from '../../src/model/modelBlocks.ts';
import { checkModel } from '../../src/model/modelFile.ts';
import { buildPlan, planFor } from '../../src/model/plan.ts';
import { allocateRunState } from '../../src/model/runState.ts';
import { allocateWeights } from '../../src/model/weights/load.ts';
import type { Kernel, Product } from './kernel.ts';
import { productOf } from './product.ts';
import { headerOf, type MatrixTypes, type Shape } from './shapes.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Limits of the GPU that the plan is made for: those of most cards. */
const LIMITS = {
  maxBufferSize: 2 ** 32,
  maxStorageBufferBindingSize: 2 ** 31,
  maxComputeWorkgroupsPerDimension: 65535,
};

export interface PlanOptions extends MatrixTypes {
  readonly cache: CacheType;
  /** Numbers of rows of the batches. */
  readonly rows: readonly number[];
  readonly nCtx: number;
  /** Vendor of the GPU, whose tuning it is. */
  readonly vendor: string;
  /** Knobs that differ from this tuning. */
  readonly tuning: Partial<Tuning>;
}

/** Kernels that a model's plan runs for batches of `rows` rows, each once, at the first number of rows that needs it. */
export async function plannedKernels(name: string, shape: Shape, options: PlanOptions): Promise<Kernel[]> {
  const { nCtx, cache, rows, vendor } = options;
  const tuning: Tuning = { ...tuningFor({ isFallback: false, vendor, subgroupSize: 32 }), ...options.tuning };
  stubWebGpu();
  const gpu = await openGpu(shaders(), { gpu: new FakeGpu({ limits: LIMITS }).asGpu() });
  const file = checkModel(headerOf(name, shape, options, nCtx));
  const cacheShape = { nSlots: 1, nCtx, nCtxShared: null };
  const memory = requireMemory(gpu, file, {
    ...cacheShape,
    maxRows: Math.max(...rows),
    maxOutputs: Math.max(...rows),
    cacheType: cache,
    tuning,
  });
  const plan = await buildPlan(gpu, {
    spec: file.spec,
    blocks: memory.blocks,
    weights: allocateWeights(gpu, allBlocks(memory.blocks)).weights,
    cache: allocateKvCache(gpu, streamsOf(memory.blocks), carriedOf(memory.blocks), cache, cacheShape),
    state: allocateRunState(gpu, memory.runState),
    hidden: null,
    tuning,
    nCtx,
  });
  const specs = new Map(plan.kernels.map(spec => [kernelKey(spec), spec]));
  const found = new Map<string, Kernel>();
  const add = async ({ pipeline }: Dispatch, rows: number) => {
    const key = pipeline.label;
    const spec = specs.get(key);
    if (!spec || found.has(key)) return;
    const { code } = await gpu.pipelines.get(spec);
    found.set(key, kernelOf(name, key, spec, code, rows));
  };
  for (const width of rows) {
    const { depths, ...outputs } = planFor(plan, width);
    const layers = depths.flatMap(depth => depth.layers.flat());
    for (const dispatch of [...layers, ...Object.values(outputs).flat(), ...plan.advance])
      await add(dispatch, width);
  }
  for (const dispatch of plan.shift ?? []) await add(dispatch, 1);
  return [...found.values()];
}

function kernelOf(model: string, key: string, spec: KernelSpec, code: string, rows: number): Kernel {
  const { shader, overrides, bindings, workgroups } = spec;
  const product = productOf(spec);
  return {
    key,
    label: labelOf(spec, product),
    model,
    rows,
    shader,
    code,
    constants: overrides,
    bindings,
    workgroups,
    workgroupSize: overrides.WORKGROUP_SIZE ?? 64,
    product,
  };
}

/**
 * Short name of a kernel: its shader, the rows of a product, the defines by which the kernels of one model differ, and the length
 * of a weight row.
 */
function labelOf({ shader, defines, overrides }: KernelSpec, product: Product | null): string {
  const words = Object.entries(defines).flatMap(([name, value]) => {
    if (['WEIGHT', 'EPILOGUE', 'STAGE'].includes(name)) return [value];
    return !product && ['GROUP', 'R', 'OWN', 'SPAN', 'RESULT', 'SOURCE'].includes(name)
      ? [`${name}${value}`]
      : [];
  });
  const length = overrides.BLOCKS ? [`k${32 * overrides.BLOCKS}`] : [];
  return [shader, ...(product ? [`M${product.rows}`] : []), ...words, ...length].join(' ');
}

function shaders(): Map<string, string> {
  const folder = join(ROOT, 'shaders');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name =>
    name.endsWith('.wgsl'),
  );
  return new Map(names.map(name => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** Gives Node the constants that only browsers have. */
function stubWebGpu(): void {
  for (const name of ['GPUBufferUsage', 'GPUShaderStage'])
    if (!(name in globalThis)) Object.assign(globalThis, { [name]: {} });
}

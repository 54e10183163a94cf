import { type Failure, type Figures, figuresOn } from './figures.ts';
import { GPUS, type GpuName } from './gpus.ts';
import { plannedKernels } from './plannedKernels.ts';
import { SHAPES, type ShapeName } from './shapes.ts';

/** Models, types and numbers of rows whose kernels have limits: decoding, verifying drafts, and a prompt. */
const MODELS = ['llama-3.2-1b', 'qwen3-0.6b', 'qwen3-30b-a3b'] as const satisfies readonly ShapeName[];
const PLAN = {
  weight: 'Q4_0',
  head: 'Q6_K',
  cache: 'f16',
  rows: [1, 4, 8, 16, 64],
  nCtx: 4096,
  tuning: {},
} as const;

/** Figures of all kernels of a GPU that have limits. Those that models share are compiled once. */
export async function checkedFigures(gpu: GpuName, folder: string): Promise<(Figures | Failure)[]> {
  const { vendor } = GPUS[gpu];
  const kernels = await Promise.all(
    MODELS.map(name => plannedKernels(name, SHAPES[name], { ...PLAN, vendor })),
  );
  return figuresOn(gpu, [...new Map(kernels.flat().map(kernel => [kernel.key, kernel])).values()], folder);
}

import { type Failure, type Figures, figuresOn } from './figures.ts';
import type { GpuName } from './gpus.ts';
import type { Kernel } from './kernel.ts';
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

/** Kernels that have limits. */
export async function checkedKernels(): Promise<Kernel[]> {
  const kernels = await Promise.all(MODELS.map(name => plannedKernels(name, SHAPES[name], PLAN)));
  return kernels.flat();
}

/** Figures of all checked kernels on a GPU. Those that models share are compiled once. */
export function checkedFigures(
  gpu: GpuName,
  kernels: readonly Kernel[],
  folder: string,
): (Figures | Failure)[] {
  return figuresOn(gpu, [...new Map(kernels.map(kernel => [kernel.key, kernel])).values()], folder);
}

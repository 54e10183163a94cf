import { type Analysis, analyse } from './assembly/analyse.ts';
import { type CompileOptions, compileFor } from './compile.ts';
import { type BoundsChecks, GPUS, type GpuModel, type GpuName } from './gpus.ts';
import type { Kernel } from './kernel.ts';
import { type Rates, ratesOf } from './rates.ts';
import { residentPercent, storageBytes } from './residency.ts';
import { type Statistics, statisticsOf } from './statistics.ts';

/** Kernel and GPU of some figures. */
export interface Subject {
  readonly gpu: GpuName;
  readonly model: string;
  readonly label: string;
  readonly key: string;
  /** First number of rows of a batch that needs this kernel. */
  readonly rows: number;
  readonly type: string | null;
}

/** Figures of a kernel on a GPU. */
export interface Figures extends Subject, Statistics {
  readonly checks: BoundsChecks;
  /** Bytes of workgroup storage. */
  readonly storage: number;
  /** Share of the invocations that a core can hold. */
  readonly resident: number;
  readonly workgroups: readonly number[];
  readonly analysis: Analysis;
  /** Null for kernels that are no products, or whose loop a compiler unrolled whole. */
  readonly rates: Rates | null;
}

/** Kernel that a GPU's compiler refused. */
export interface Failure extends Subject {
  readonly error: string;
}

/** Compiles kernels for a GPU and returns the figures of each. */
export function figuresOn(
  gpu: GpuName,
  kernels: readonly Kernel[],
  folder: string,
  options: CompileOptions = {},
): (Figures | Failure)[] {
  return compileFor(gpu, kernels, folder, options).map((result, index) => {
    const kernel = kernels[index];
    const { model, label, key, rows, product, workgroups } = kernel;
    const subject: Subject = { gpu, model, label, key, rows, type: product?.type ?? null };
    if ('error' in result) return { ...subject, error: result.error };
    const { compiled } = result;
    const { vendor }: GpuModel = GPUS[gpu];
    const analysis = analyse(vendor, compiled.assembly);
    const statistics = statisticsOf(vendor, compiled);
    return {
      ...subject,
      ...statistics,
      // Some drivers state none where the assembly has them.
      spills: statistics.spills || analysis.all.spill,
      checks: compiled.checks,
      storage: storageBytes(kernel),
      resident: residentPercent(GPUS[gpu], kernel, statistics.occupancy),
      workgroups,
      analysis,
      rates: product && ratesOf(GPUS[gpu], product, analysis),
    };
  });
}

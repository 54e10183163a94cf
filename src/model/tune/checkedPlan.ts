import type { Gpu } from '../../gpu/device.ts';
import { CompileError, type KernelSpec } from '../../gpu/pipelines.ts';
import { baseTuning } from '../../gpu/tuning.ts';
import type { ForetokenError } from '../../util/errors.ts';
import { buildPlan, type Plan, type PlanInputs } from '../plan.ts';

/** Kernel that this adapter computes wrongly or does not compile. */
export interface KernelFault {
  readonly spec: KernelSpec;
  /** Describes the fault, with the numbers. */
  readonly error: ForetokenError;
}

/** Tries compiled kernels and returns those that compute wrong results. */
export type CheckKernels = (kernels: readonly KernelSpec[]) => Promise<readonly KernelFault[]>;

/**
 * Builds a plan of kernels that passed `check`. A kernel that fails, or does not compile, is replaced by its base variant, which
 * is checked too. Throws that kernel's error if the base variant fails as well.
 */
export async function buildCheckedPlan(
  gpu: Gpu,
  inputs: PlanInputs,
  check: CheckKernels = async () => [],
): Promise<Plan> {
  const planned = await buildOrFault(gpu, inputs);
  const faults = planned.kind === 'fault' ? [planned.fault] : await check(planned.plan.kernels);
  if (planned.kind === 'plan' && faults.length === 0) return planned.plan;
  const replaced = faults.flatMap(({ spec, error }) => {
    if (baseTuning(inputs.tuning, spec.tuned) === null) throw error;
    return spec.tuned;
  });
  const tuning = baseTuning(inputs.tuning, replaced) ?? inputs.tuning;
  return buildCheckedPlan(gpu, { ...inputs, tuning }, check);
}

type Built =
  | { readonly kind: 'plan'; readonly plan: Plan }
  | { readonly kind: 'fault'; readonly fault: KernelFault };

async function buildOrFault(gpu: Gpu, inputs: PlanInputs): Promise<Built> {
  try {
    return { kind: 'plan', plan: await buildPlan(gpu, inputs) };
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    return { kind: 'fault', fault: { spec: error.spec, error } };
  }
}

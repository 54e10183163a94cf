import type { Gpu } from '../../gpu/device.ts';
import { CompileError, type KernelSpec } from '../../gpu/pipelines.ts';
import { baseTuning } from '../../gpu/tuning.ts';
import type { ForetokenError } from '../../util/errors.ts';
import { buildPlan, type Plan, type PlanInputs } from '../plan.ts';

/** A kernel that this adapter computes wrongly, or does not compile. */
export interface KernelFault {
  readonly spec: KernelSpec;
  /** What is wrong, with the numbers. */
  readonly error: ForetokenError;
}

/** Tries compiled kernels, and tells of those that do not compute what they should. */
export type CheckKernels = (kernels: readonly KernelSpec[]) => Promise<readonly KernelFault[]>;

/**
 * The plan, made of kernels that passed `check`. Where one does not, or does not compile, its base variant takes its place,
 * and is checked too. Throws that kernel's error when the base variant is at fault.
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

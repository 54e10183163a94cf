import type { MulMatShape } from '../../src/gpu/kernels/mulMat.ts';
import type { MulMatIdShape } from '../../src/gpu/kernels/mulMatId.ts';
import type { KernelSpec } from '../../src/gpu/pipelines.ts';
import { repackedLayout } from '../../src/quant/repack.ts';
import type { WeightType } from '../../src/quant/types.ts';
import type { Product } from './kernel.ts';

/** Describes the matrix product that a kernel computes; null for any other kernel. */
export function productOf(spec: KernelSpec): Product | null {
  const matrix = matrixOf(spec);
  if (!matrix) return null;
  const { type, k, n } = matrix;
  const invocations = spec.workgroups[0] * (spec.overrides.WORKGROUP_SIZE ?? 64);
  const { quantsBytes, scalesBytes } = repackedLayout(type, k, n);
  return {
    type,
    weightBytes: (quantsBytes + scalesBytes) / (k * n),
    weightsPerInvocation: (k * n) / invocations,
    rows: Number(spec.defines.AT_ONCE ?? spec.tile),
    weightRows: Number(spec.defines.ROWS ?? 1),
  };
}

/** Matrix that the workgroups of one row of the grid multiply: gate and up together, or all experts that one of them sums. */
function matrixOf(spec: KernelSpec): { type: WeightType; k: number; n: number } | null {
  if (spec.shader.startsWith('mul_mat_id')) {
    const { weight, blocks, n, stage, nUsed, rows } = spec.parameters as MulMatIdShape;
    const isDown = stage.kind === 'down' || stage.kind === 'down_store';
    const factor = stage.kind === 'gate_up' ? 2 : isDown && rows === 1 ? nUsed : 1;
    return { type: weight, k: 32 * blocks, n: factor * n };
  }
  if (spec.shader.startsWith('mul_mat')) {
    const { weight, blocks, n, epilogue } = spec.parameters as MulMatShape;
    return { type: weight, k: 32 * blocks, n: epilogue.kind === 'swiglu' ? 2 * n : n };
  }
  return null;
}

import { activate } from './blocks/activation.ts';
import { normalise } from './blocks/norm.ts';
import { multiply, type Vector } from './blocks/vector.ts';

/** RMS norm of a group of values, and its gates by silu: norm(x) weight silu(z), or norm(x silu(z)) weight. */
export function gatedNorm(
  x: Vector,
  z: Vector,
  weight: Float32Array,
  { eps, gateFirst }: { readonly eps: number; readonly gateFirst: boolean },
): Vector {
  const gates = activate('silu', z);
  const norm = { kind: 'rms', eps } as const;
  return gateFirst
    ? multiply(normalise(multiply(x, gates), norm), weight)
    : multiply(multiply(normalise(x, norm), weight), gates);
}

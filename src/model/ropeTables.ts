import { ropeOf } from '../architectures/mixers.ts';
import { ropeFactorsTensor } from '../architectures/ropeFactors.ts';
import type { ModelSpec, Rope } from '../architectures/spec.ts';
import type { GgufTensor } from '../gguf/index.ts';
import type { TensorFinder } from './weights/tensorFinder.ts';

/** Rotation that some layers share, and the tensors of its frequency factors. */
export interface RopeClass {
  readonly rope: Rope;
  /** Label of the table's buffer. */
  readonly label: string;
  /** Divisors of the angles for slots of `nCtx` positions. */
  factors(nCtx: number): GgufTensor | null;
}

/** Key of a rotation's table. The table does not depend on how values are paired. */
export function ropeKey({ pairs, ...table }: Rope): string {
  return JSON.stringify(table);
}

/** Distinct rotations of a model's layers, in the order of the layers. */
export function ropeClasses(tensors: TensorFinder, { layers }: ModelSpec): RopeClass[] {
  const ropes = new Map<string, Rope>();
  for (const { mixer } of layers) {
    const rope = ropeOf(mixer);
    if (rope && !ropes.has(ropeKey(rope))) ropes.set(ropeKey(rope), rope);
  }
  return [...ropes.values()].map((rope, i) => ({
    rope,
    label: i === 0 ? 'ropeTable' : `ropeTable.${i}`,
    factors: factorsOf(tensors, rope),
  }));
}

function factorsOf(tensors: TensorFinder, { factors, nRot }: Rope): RopeClass['factors'] {
  if (!factors) return () => null;
  // Look up both tensors now, so that neither counts as unused.
  const names = factors.kind === 'always' ? [factors.tensor] : [factors.short, factors.long];
  const found = new Map(names.map(name => [name, tensors.findVector(`${name}.weight`, nRot / 2)]));
  return nCtx => found.get(ropeFactorsTensor(factors, nCtx)) ?? null;
}

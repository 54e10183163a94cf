import type { ModelSpec, Rope } from '../architectures/spec.ts';
import type { GgufTensor } from '../gguf/index.ts';
import { assertNever } from '../util/assert.ts';
import { alignUp } from '../util/math.ts';
import type { TensorFinder } from './weights/tensorFinder.ts';

/** A rotation that some layers share, and the tensors of its frequency factors. */
export interface RopeClass {
  readonly rope: Rope;
  /** Name of its table's buffer. */
  readonly label: string;
  /** Divisors of the angles for slots of `nCtx` positions. */
  factors(nCtx: number): GgufTensor | null;
}

/** llama.cpp rounds the context of a sequence up to this before it chooses long or short factors. */
const CONTEXT_GRANULARITY = 256;

/** Identifies the table of a rotation: which values it turns together does not matter to that. */
export function ropeKey({ pairs, ...table }: Rope): string {
  return JSON.stringify(table);
}

/** The distinct rotations of a model's layers, in the order of the layers. */
export function ropeClasses(tensors: TensorFinder, { layers }: ModelSpec): RopeClass[] {
  const ropes = new Map<string, Rope>();
  for (const { attention } of layers) {
    const { rope } = attention;
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
  const find = (name: string) => tensors.findVector(`${name}.weight`, nRot / 2);
  switch (factors.kind) {
    case 'always': {
      const tensor = find(factors.tensor);
      return () => tensor;
    }
    case 'byContext': {
      const [short, long] = [find(factors.short), find(factors.long)];
      return nCtx => (alignUp(nCtx, CONTEXT_GRANULARITY) > factors.nCtxOrig ? long : short);
    }
    default:
      return assertNever(factors);
  }
}

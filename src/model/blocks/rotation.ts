import type { Attention } from '../../architectures/spec.ts';

/**
 * Order of the rows of queries or keys in which values that rope turns together are neighbours, which is how kernels and cache
 * have them: row i of each head becomes row `order(i)` of the file's. A dot product of a query and a key is a sum over the same
 * products whatever the order. Undefined where the file has them so.
 */
export function inPairs({
  rope,
  headDim,
}: Pick<Attention, 'rope' | 'headDim'>): ((row: number) => number) | undefined {
  if (!rope || rope.pairs === 'neighbours') return undefined;
  const half = rope.nRot / 2;
  return row => {
    const i = row % headDim;
    return i < rope.nRot ? row - i + Math.floor(i / 2) + (i % 2) * half : row;
  };
}

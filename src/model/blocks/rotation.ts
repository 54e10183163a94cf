import type { Attention } from '../../architectures/spec.ts';

/**
 * Order of the rows of queries or keys in which the two values of a rope pair are neighbours, as kernels and cache store them:
 * row i of each head becomes row `order(i)` of the file's. The dot product of a query and a key sums the same products in any
 * order. Undefined if the file already has that order.
 */
export function inPairs({
  rope,
  headDim,
}: Pick<Attention, 'rope' | 'headDim'>): ((row: number) => number) | undefined {
  const paired = pairedValues({ rope });
  if (paired === 0) return undefined;
  const half = paired / 2;
  return row => {
    const i = row % headDim;
    return i < paired ? row - i + Math.floor(i / 2) + (i % 2) * half : row;
  };
}

/** Leading values of a head that `inPairs` reorders. */
export function pairedValues({ rope }: Pick<Attention, 'rope'>): number {
  return rope?.pairs === 'halves' ? rope.nRot : 0;
}

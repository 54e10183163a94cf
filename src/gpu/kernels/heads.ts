import { assert } from '../../util/assert.ts';

/** Shape of attention heads and of the cache they share. */
export interface HeadShape {
  readonly nHead: number;
  readonly nKvHead: number;
  readonly headDim: number;
  /** Leading values of each head that rope rotates, in neighbouring pairs. */
  readonly nRot: number;
  readonly cache: 'f32' | 'f16';
}

/** Checks that heads consist of whole quads of values and share KV heads evenly. */
export function checkHeads({ nHead, nKvHead, headDim, nRot }: HeadShape): void {
  assert(
    headDim % 4 === 0 && nRot % 4 === 0 && nRot <= headDim && nHead % nKvHead === 0,
    () => `${nHead} heads over ${nKvHead} KV heads of ${headDim}, ${nRot} rotated`,
  );
}

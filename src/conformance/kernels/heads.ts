import type { HeadShape } from '../../gpu/kernels/heads.ts';

const usual: HeadShape = { nHead: 4, nKvHead: 2, headDim: 16, nRot: 16, cache: 'f32' };

/** Heads of all kinds: the usual ones first. */
export const HEAD_SHAPES: readonly HeadShape[] = [
  usual,
  { ...usual, cache: 'f16' },
  { ...usual, nRot: 8 },
  { ...usual, nHead: 1, nKvHead: 1, headDim: 4, nRot: 4 },
  { ...usual, nHead: 3, nKvHead: 3, headDim: 64, nRot: 64 },
  { ...usual, nHead: 8, nKvHead: 1, headDim: 32, nRot: 32, cache: 'f16' },
  // More heads than one workgroup takes: by lanes, and by workgroup storage.
  { ...usual, nHead: 24, nKvHead: 1, headDim: 64, nRot: 64 },
  { ...usual, nHead: 40, nKvHead: 1, headDim: 8, nRot: 8 },
];

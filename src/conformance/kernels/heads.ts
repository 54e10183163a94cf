import type { HeadShape } from '../../gpu/kernels/heads.ts';

export const usualHeads: HeadShape = { nHead: 4, nKvHead: 2, headDim: 16, nRot: 16, cache: 'f32' };

/** Heads of all kinds, the usual ones first. */
export function headShapes(): HeadShape[] {
  return [
    usualHeads,
    { ...usualHeads, cache: 'f16' },
    { ...usualHeads, nRot: 8 },
    { ...usualHeads, nHead: 1, nKvHead: 1, headDim: 4, nRot: 4 },
    { ...usualHeads, nHead: 3, nKvHead: 3, headDim: 64, nRot: 64 },
    { ...usualHeads, nHead: 8, nKvHead: 1, headDim: 32, nRot: 32, cache: 'f16' },
    // More heads than one workgroup can take: by lanes, and by workgroup storage.
    { ...usualHeads, nHead: 24, nKvHead: 1, headDim: 64, nRot: 64 },
    { ...usualHeads, nHead: 40, nKvHead: 1, headDim: 8, nRot: 8 },
  ];
}

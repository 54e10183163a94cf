import { codedLayout, signedMagnitude } from './codes.ts';
import { setHalf } from './encode.ts';

/** Magnitudes of IQ2 in units of an eighth. With factors of 2s + 1 they give ggml's d · (0.5 + s) · 0.25 · 8, 25, 43. */
const MAGNITUDES = [8, 25, 43].map(magnitude => magnitude / 8);

/** Common layout of IQ2_XXS, IQ2_XS and IQ2_S; d comes first in the file. */
export const IQ2 = {
  ...codedLayout(signedMagnitude(MAGNITUDES)),
  setScale(bytes: DataView, at: number, magnitude: number): void {
    setHalf(bytes, at, magnitude / (31 * MAGNITUDES[2]));
  },
};

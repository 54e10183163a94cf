import { codedLayout, codesOfGrid } from './codes.ts';
import { GRIDS } from './grids.ts';

/** Grid points of -1, 0, 1 as codes. A point raised by 0.125, instead of lowered, has codes that are one higher. */
export const IQ1_POINTS = codesOfGrid(GRIDS.iq1s, 8, 0, 4);
export const RAISED = 0x01010101;

/** Common layout of IQ1_S and IQ1_M. */
export const IQ1 = codedLayout(code => (code - 4.5) / 4);
/** Largest value for d = 1, with a factor of 15. */
export const IQ1_LARGEST = 15 * 1.125;

import { codedLayout, codesOfGrid } from './codes.ts';
import { GRIDS } from './grids.ts';

/** Points of -1, 0, 1; one that is raised by 0.125 and not lowered has codes that are one higher. */
export const IQ1_POINTS = codesOfGrid(GRIDS.iq1s, 8, 0, 4);
export const RAISED = 0x01010101;

/** What IQ1_S and IQ1_M have in common. */
export const IQ1 = codedLayout(code => (code - 4.5) / 4);
/** With a factor of 15. */
export const IQ1_LARGEST = 15 * 1.125;

import type { LoadCheck } from './check.ts';
import { attentionCheck, attentionCombineCheck } from './kernels/attention.ts';
import { advanceCheck, fillDraftCheck } from './kernels/draft.ts';
import { getRowsCheck } from './kernels/getRows.ts';
import { kShiftCheck } from './kernels/kShift.ts';
import { mulMatCheck } from './kernels/mulMat.ts';
import { mulMatIdCheck } from './kernels/mulMatId.ts';
import { rmsNormCheck } from './kernels/rmsNorm.ts';
import { routerCheck } from './kernels/router.ts';
import { argmaxCheck, topKCheck } from './kernels/sampling.ts';
import { swigluCheck } from './kernels/swiglu.ts';

/** The check of every kernel: a part of the product, which tries kernels whenever it loads a model. */
export const CHECKS: readonly LoadCheck[] = [
  getRowsCheck,
  rmsNormCheck,
  mulMatCheck,
  mulMatIdCheck,
  routerCheck,
  kShiftCheck,
  attentionCheck,
  attentionCombineCheck,
  swigluCheck,
  argmaxCheck,
  topKCheck,
  advanceCheck,
  fillDraftCheck,
];

import type { LoadCheck } from './check.ts';
import { addNormCheck } from './kernels/addNorm.ts';
import { altUpCheck, stretchCheck } from './kernels/altUp.ts';
import { attentionCheck, attentionCombineCheck } from './kernels/attention.ts';
import { addExpertsCheck, sortChoicesCheck } from './kernels/choices.ts';
import { copyRowsCheck } from './kernels/copyRows.ts';
import { acceptCheck, advanceCheck, fillDraftCheck } from './kernels/draft.ts';
import { gateCheck, gatedNormCheck } from './kernels/gates.ts';
import { getRowsCheck } from './kernels/getRows.ts';
import { joinHiddenCheck } from './kernels/joinHidden.ts';
import { kShiftCheck } from './kernels/kShift.ts';
import { latentStoreCheck } from './kernels/latentStore.ts';
import { mulMatCheck } from './kernels/mulMat.ts';
import { mulMatIdCheck } from './kernels/mulMatId.ts';
import { qkvStoreCheck } from './kernels/qkvStore.ts';
import { gatedDeltaNetCheck, ssmScanCheck } from './kernels/recurrences.ts';
import { rmsNormCheck } from './kernels/rmsNorm.ts';
import { routerCheck } from './kernels/router.ts';
import { argmaxCheck, topKCheck } from './kernels/sampling.ts';
import { sparseGateCheck } from './kernels/sparseGate.ts';
import { spreadLogitsCheck } from './kernels/spreadLogits.ts';
import { ringStoreCheck, ssmConvCheck } from './kernels/ssmConv.ts';
import { suppressCheck } from './kernels/suppress.ts';
import { swigluCheck } from './kernels/swiglu.ts';
import { xieluCheck } from './kernels/xielu.ts';

/** Checks of all kernels. They are part of the product, which tries kernels whenever it loads a model. */
export const CHECKS: readonly LoadCheck[] = [
  getRowsCheck,
  rmsNormCheck,
  addNormCheck,
  mulMatCheck,
  mulMatIdCheck,
  routerCheck,
  sortChoicesCheck,
  addExpertsCheck,
  qkvStoreCheck,
  latentStoreCheck,
  kShiftCheck,
  attentionCheck,
  attentionCombineCheck,
  swigluCheck,
  xieluCheck,
  ssmConvCheck,
  ringStoreCheck,
  gatedDeltaNetCheck,
  ssmScanCheck,
  gatedNormCheck,
  gateCheck,
  joinHiddenCheck,
  copyRowsCheck,
  altUpCheck,
  stretchCheck,
  sparseGateCheck,
  suppressCheck,
  spreadLogitsCheck,
  argmaxCheck,
  topKCheck,
  advanceCheck,
  fillDraftCheck,
  acceptCheck,
];

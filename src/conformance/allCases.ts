import type { Fault, KernelCase, TimedCase } from './cases.ts';
import { addNormCases } from './kernels/addNorm.ts';
import { altUpCases, stretchCases } from './kernels/altUp.ts';
import { attentionCases, attentionCombineCases } from './kernels/attention.ts';
import { addExpertsCases, sortChoicesCases } from './kernels/choices.ts';
import { copyRowsCases } from './kernels/copyRows.ts';
import { acceptCases, advanceCases, fillDraftCases } from './kernels/draft.ts';
import { gateCases, gatedNormCases } from './kernels/gates.ts';
import { getRowsCases } from './kernels/getRows.ts';
import { joinHiddenCases } from './kernels/joinHidden.ts';
import { kShiftCases } from './kernels/kShift.ts';
import { latentStoreCases } from './kernels/latentStore.ts';
import { mulMatCases, qkvCases } from './kernels/mulMat.ts';
import { mulMatIdCases } from './kernels/mulMatId.ts';
import { qkvStoreCases } from './kernels/qkvStore.ts';
import { gatedDeltaNetCases, ssmScanCases } from './kernels/recurrences.ts';
import { rmsNormCases } from './kernels/rmsNorm.ts';
import { routerCases } from './kernels/router.ts';
import { argmaxCases, topKCases } from './kernels/sampling.ts';
import { sparseGateCases } from './kernels/sparseGate.ts';
import { spreadLogitsCases } from './kernels/spreadLogits.ts';
import { ringStoreCases, ssmConvCases } from './kernels/ssmConv.ts';
import { suppressCases } from './kernels/suppress.ts';
import { swigluCases } from './kernels/swiglu.ts';
import { xieluCases } from './kernels/xielu.ts';

/** Cases of every kernel; only for tests, lab and benchmarks. */
const ALL = [
  getRowsCases,
  rmsNormCases,
  addNormCases,
  mulMatCases,
  mulMatIdCases,
  routerCases,
  sortChoicesCases,
  addExpertsCases,
  qkvCases,
  qkvStoreCases,
  latentStoreCases,
  kShiftCases,
  attentionCases,
  attentionCombineCases,
  swigluCases,
  xieluCases,
  ssmConvCases,
  ringStoreCases,
  gatedDeltaNetCases,
  ssmScanCases,
  gatedNormCases,
  gateCases,
  joinHiddenCases,
  copyRowsCases,
  altUpCases,
  stretchCases,
  sparseGateCases,
  suppressCases,
  spreadLogitsCases,
  argmaxCases,
  topKCases,
  advanceCases,
  fillDraftCases,
  acceptCases,
];

export const KERNEL_CASES: readonly KernelCase[] = ALL.flatMap(({ cases }) => cases);
export const TIMED_CASES: readonly TimedCase[] = ALL.flatMap(({ timed }) => timed);
export const FAULTS: readonly Fault[] = ALL.flatMap(({ faults }) => faults);

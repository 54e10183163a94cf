import { attentionCases, attentionCombineCases, kShiftCases, qkvCases } from './cases/attentionCases.ts';
import { mulMatIdCases, routerCases } from './cases/expertCases.ts';
import { latentStoreCases } from './cases/latentCases.ts';
import { getRowsCases, mulMatCases } from './cases/matrixCases.ts';
import {
  advanceCases,
  argmaxCases,
  fillDraftCases,
  rmsNormCases,
  swigluCases,
  topKCases,
} from './cases/rowCases.ts';
import type { KernelCase } from './kernelCase.ts';

/** Every kernel against its CPU twin: the usual shape, then one thing varied at a time. */
export const KERNEL_CASES: readonly KernelCase[] = [
  ...getRowsCases,
  ...rmsNormCases,
  ...mulMatCases,
  ...mulMatIdCases,
  ...routerCases,
  ...qkvCases,
  ...kShiftCases,
  ...attentionCases,
  ...attentionCombineCases,
  ...latentStoreCases,
  ...swigluCases,
  ...argmaxCases,
  ...topKCases,
  ...advanceCases,
  ...fillDraftCases,
];

import type { TrialMaker } from './trial.ts';
import { attentionCombineTrial, attentionTrial, kShiftTrial } from './trials/attentionTrials.ts';
import { latentStoreTrial } from './trials/latentTrial.ts';
import { getRowsTrial, mulMatIdTrial, mulMatTrial, routerTrial } from './trials/matrixTrials.ts';
import {
  advanceTrial,
  argmaxTrial,
  fillDraftTrial,
  rmsNormTrial,
  swigluTrial,
  topKTrial,
} from './trials/rowTrials.ts';

/** How each kernel is tried, by the name of its shader. */
export const TRIALS: Readonly<Record<string, TrialMaker>> = {
  get_rows: getRowsTrial,
  rms_norm: rmsNormTrial,
  mul_mat: mulMatTrial,
  mul_mat_id: mulMatIdTrial,
  router: routerTrial,
  k_shift: kShiftTrial,
  attention: attentionTrial,
  attention_combine: attentionCombineTrial,
  latent_store: latentStoreTrial,
  swiglu: swigluTrial,
  argmax: argmaxTrial,
  top_k: topKTrial,
  advance: advanceTrial,
  fill_draft: fillDraftTrial,
};

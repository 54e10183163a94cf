import { type Flag, numberSetting } from './flag.ts';
import { anyNumber, wholeNumber } from './values.ts';

/** How far ahead is guessed, and by what. */
export const SPECULATION_FLAGS: readonly Flag[] = [
  numberSetting('draftMax', wholeNumber, {
    names: ['--spec-draft-n-max', '--draft', '--draft-n', '--draft-max'],
    help: 'longest draft per round (default: 3)',
    env: 'LLAMA_ARG_SPEC_DRAFT_N_MAX',
  }),
  numberSetting('draftMin', wholeNumber, {
    names: ['--spec-draft-n-min', '--draft-min', '--draft-n-min'],
    help: 'shortest draft worth verifying (default: 0)',
    env: 'LLAMA_ARG_SPEC_DRAFT_N_MIN',
  }),
  numberSetting('pMin', anyNumber, {
    names: ['--spec-draft-p-min', '--draft-p-min'],
    help: 'probability below which drafting stops (default: 0)',
    env: 'LLAMA_ARG_SPEC_DRAFT_P_MIN',
  }),
];

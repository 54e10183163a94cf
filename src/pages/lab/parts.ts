import type { JobPart } from '../../lab/job.ts';

/** Groups of parts on the page, in the order in which they run. */
export const GROUPS = ['controls', 'kernels', 'batches', 'models', 'speed'] as const;
export type Group = (typeof GROUPS)[number];

export const GROUP_WORDS: Readonly<Record<Group, { readonly title: string; readonly note: string }>> = {
  controls: {
    title: 'Planted faults',
    note: 'Kernels broken on purpose: a lab that does not find them proves nothing.',
  },
  kernels: {
    title: 'Kernels',
    note: 'Every shader against the same computed on the CPU, in all variants and awkward sizes.',
  },
  batches: {
    title: 'Batches',
    note: 'Rows of kernels and of whole models, alone and in batches: every bit has to be the same.',
  },
  models: {
    title: 'Whole models',
    note: 'llama.cpp’s own answers, token by token, and the same answers with drafts.',
  },
  speed: {
    title: 'Speed',
    note: 'What the adapter can do at best, each kernel, prompts, decoding, drafts and loading.',
  },
};

export function groupOf(part: JobPart): Group {
  switch (part) {
    case 'controls':
      return 'controls';
    case 'conformance':
      return 'kernels';
    case 'invariance':
      return 'batches';
    case 'goldens':
    case 'drafts':
      return 'models';
    default:
      return 'speed';
  }
}

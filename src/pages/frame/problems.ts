import type { ForetokenError } from '../../client/index.ts';

/** Remedies that the page offers for a problem. */
export type Remedy = 'retry' | 'bundled' | 'noDraft';

/** Problem in words for a visitor; the error's own message goes below. */
export interface Problem {
  readonly title: string;
  readonly advice: readonly string[];
  readonly remedies: readonly Remedy[];
}

const NO_WEBGPU: Problem = {
  title: 'This browser offers no WebGPU',
  advice: [
    'Chrome, Edge and other Chromium browsers: use a current version. On Linux, or with an old GPU, start it with --enable-unsafe-webgpu, or turn on chrome://flags/#enable-unsafe-webgpu.',
    'Safari: version 26 or newer, on macOS 26, iOS 26 or later.',
    'Firefox: a current version on Windows or on a Mac with Apple silicon. Elsewhere set dom.webgpu.enabled and dom.webgpu.workers.enabled to true in about:config.',
    'In any browser the page has to come over https or from localhost.',
  ],
  remedies: ['retry'],
};

const BAD_FILE: Problem = {
  title: 'This file cannot be used',
  advice: [
    'It should be a whole GGUF file: a download that was cut short is the usual reason.',
    'Of a split model (…-00001-of-00003.gguf) choose all files at once, or the address of one of them.',
  ],
  remedies: ['bundled'],
};

const OTHER_MODEL: Problem = {
  title: 'This model does not run here yet',
  advice: [
    'What it needs that is not here is said below. Most models that only write text do run, with weights of any type: Llama, Qwen, Gemma, Phi, Mistral, Granite, gpt-oss …',
  ],
  remedies: ['bundled'],
};

const TOO_LARGE: Problem = {
  title: 'The model needs more than this GPU has',
  advice: [
    'Use a smaller context (in the settings), a smaller model, or a file with fewer bits per weight (Q4_K_M, Q4_0).',
    'Close other tabs that use the GPU, then try again.',
  ],
  remedies: ['retry', 'bundled'],
};

/** Content of the card for an error. */
export function describeProblem(error: ForetokenError): Problem {
  switch (error.code) {
    case 'no_webgpu':
      return NO_WEBGPU;
    case 'invalid_gguf':
    case 'digest_mismatch':
      return BAD_FILE;
    case 'unsupported_model':
      return OTHER_MODEL;
    case 'fetch_failed':
      return {
        title: 'The model could not be downloaded',
        advice: [
          'Check the address, and that you are online.',
          'A server other than this page’s has to allow it (CORS). If it does not, download the file and choose it here.',
        ],
        remedies: ['retry', 'bundled'],
      };
    case 'draft_incompatible':
      return {
        title: 'The draft does not fit the target',
        advice: ['Both need the same tokenizer. Choose a draft of the same family, or go on without one.'],
        remedies: ['noDraft', 'bundled'],
      };
    case 'device_limits':
    case 'out_of_memory':
      return TOO_LARGE;
    case 'device_lost':
      return {
        title: 'The GPU went away',
        advice: [
          'This happens when a driver restarts, a laptop changes GPUs, or memory runs out. Loading again usually helps.',
        ],
        remedies: ['retry', 'bundled'],
      };
    case 'context_exceeded':
      return {
        title: 'The prompt is too long',
        advice: ['Shorten it, or raise the context in the settings.'],
        remedies: [],
      };
    case 'invalid_option':
    case 'invalid_request':
      return {
        title: 'A setting is out of range',
        advice: ['Correct it in the settings, or reset them.'],
        remedies: ['retry'],
      };
    case 'quota_exceeded':
      return {
        title: 'The browser has no room for the model',
        advice: ['Delete models that are stored here, or free room on the disk.'],
        remedies: ['retry', 'bundled'],
      };
    case 'in_use':
      return {
        title: 'This model is being used',
        advice: ['Wait until it is downloaded or loaded, here or in another tab, and then delete it.'],
        remedies: [],
      };
    case 'store_unavailable':
    case 'shader_error':
    case 'worker_failed':
    case 'aborted':
    case 'cache_full':
    case 'closed':
    case 'internal':
    case 'invalid_json':
    case 'invalid_report':
    case 'loading':
    case 'no_engine':
    case 'no_slot':
    case 'unauthorized':
    case 'not_found':
    case 'not_supported':
    case 'input_too_large':
      return {
        title: 'Something went wrong',
        advice: [
          'Loading the models again may help. If it does not, a report with the text below is welcome.',
        ],
        remedies: ['retry'],
      };
  }
}

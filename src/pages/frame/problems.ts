import type { ForetokenError } from '../../client/index.ts';
import type { BrowserName, Visitor } from './visitor.ts';

/** Remedies that the page offers for a problem. */
export type Remedy = 'retry' | 'bundled' | 'noDraft' | 'reload' | 'token';

/** Problem in words for a visitor; the error's own message goes below. */
export interface Problem {
  readonly title: string;
  readonly advice: readonly string[];
  readonly remedies: readonly Remedy[];
}

/** Way to WebGPU in each browser. */
const WEBGPU_IN: Readonly<Record<BrowserName, readonly string[]>> = {
  Chromium: [
    'Update the browser, and turn on graphics acceleration in chrome://settings/system; chrome://gpu says what is blocked.',
    'On Linux, or with an old GPU, turn on chrome://flags/#enable-unsafe-webgpu.',
  ],
  Edge: [
    'Update the browser, and turn on graphics acceleration in edge://settings/system; edge://gpu says what is blocked.',
    'On Linux, or with an old GPU, turn on edge://flags/#enable-unsafe-webgpu.',
  ],
  Firefox: [
    'Firefox has WebGPU on Windows and on Macs. On Linux set dom.webgpu.enabled to true in about:config, then load this page again.',
    'about:support says under Graphics what is blocked. Otherwise open this page in Chrome or Edge.',
  ],
  Safari: [
    'Safari has WebGPU from version 26 on, with macOS 26 or iOS 26. Update, or open this page in Chrome.',
  ],
  other: ['Open this page in a current Chrome, Edge, Firefox or Safari 26.'],
};

function noWebgpu({ browser, isSecure }: Visitor): Problem {
  const insecure =
    'This page came over plain http, where browsers offer no WebGPU: open it over https, or from localhost.';
  return {
    title: 'This browser offers no WebGPU here',
    advice: isSecure ? WEBGPU_IN[browser] : [insecure],
    remedies: ['reload'],
  };
}

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

const NEEDS_LOGIN: Problem = {
  title: 'This model needs a login',
  advice: [
    'Its repository is private, or its terms have to be accepted first, on its page on the Hub. A misspelt name looks the same.',
    'Then enter an access token of that account. A token that has expired is refused for every model.',
  ],
  remedies: ['token', 'retry', 'bundled'],
};

/** Statuses of servers that want to know who asks. */
const LOGIN = [401, 403];

/** Content of the card for an error. */
export function describeProblem(error: ForetokenError, visitor: Visitor): Problem {
  switch (error.code) {
    case 'no_webgpu':
      return noWebgpu(visitor);
    case 'invalid_gguf':
    case 'digest_mismatch':
      return BAD_FILE;
    case 'unsupported_model':
      return OTHER_MODEL;
    case 'fetch_failed':
      if (LOGIN.includes(Number(error.details.status))) return NEEDS_LOGIN;
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
    case 'worker_failed':
      return {
        title: 'The engine did not start',
        advice: [
          'Reload the page: a newer version may have taken the place of this one.',
          'If that does not help, an extension or a firewall may keep a part of the page away.',
        ],
        remedies: ['reload'],
      };
    case 'store_unavailable':
    case 'shader_error':
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

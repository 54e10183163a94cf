import { DEFAULT_N_BATCH, SPEC_TYPES } from '../protocol/options.ts';
import type { WireOptions } from '../protocol/worker.ts';
import { createChatTemplate } from '../server/chat/template.ts';
import { DEFAULT_DRAFT_MAX } from '../server/params/completionFields.ts';
import { REASONING_FORMATS } from '../server/params/reasoningFormats.ts';
import { MIN_SHIFTED_N_CTX } from '../server/scheduling/contextShift.ts';
import { ForetokenError } from '../util/errors.ts';
import { NGRAM_DEFAULTS } from './speculation.ts';

/** Permitted values of an option: a number in a range, a flag, one of several words, any text, or a list. */
type Rule =
  | { readonly kind: 'integer' | 'number'; readonly min: number; readonly max: number }
  | { readonly kind: 'flag' }
  | { readonly kind: 'word'; readonly words: readonly string[] }
  | { readonly kind: 'text' }
  | { readonly kind: 'texts' }
  | { readonly kind: 'record' }
  | { readonly kind: 'list'; readonly of: Rule }
  | { readonly kind: 'source' };

const integer = (min: number, max: number): Rule => ({ kind: 'integer', min, max });
const number = (min: number, max: number): Rule => ({ kind: 'number', min, max });

const RULES: Readonly<Record<keyof WireOptions, Rule>> = {
  model: { kind: 'source' },
  modelDraft: { kind: 'source' },
  nCtx: integer(1, 2 ** 20),
  nSlots: integer(1, 256),
  kvUnified: { kind: 'flag' },
  kvUnifiedPerSlot: integer(1, 2 ** 20),
  specType: { kind: 'list', of: { kind: 'word', words: SPEC_TYPES } },
  draftRequired: { kind: 'flag' },
  draftMin: integer(0, 2 ** 16),
  draftMax: integer(0, 2 ** 16),
  pMin: number(0, 1),
  draftAdaptive: { kind: 'flag' },
  ngramSimpleSizeN: integer(1, 1024),
  ngramSimpleSizeM: integer(1, 1024),
  ngramMapKSizeN: integer(1, 1024),
  ngramMapKSizeM: integer(1, 1024),
  ngramModNMatch: integer(1, 1024),
  ngramModNMin: integer(0, 1024),
  ngramModNMax: integer(0, 1024),
  specSynthRates: { kind: 'list', of: number(0, 1) },
  specSynthLen: number(1, 1025),
  ctxShift: { kind: 'flag' },
  nPredict: integer(-1, 2 ** 31 - 1),
  temperature: number(0, Number.MAX_VALUE),
  seed: integer(-1, 2 ** 32 - 1),
  cachePrompt: { kind: 'flag' },
  cacheReuse: integer(0, 2 ** 31 - 1),
  cacheRam: integer(-1, 2 ** 31 - 1),
  cacheIdleSlots: { kind: 'flag' },
  slotSavePath: { kind: 'text' },
  nBatch: integer(1, 4096),
  cacheType: { kind: 'word', words: ['f32', 'f16'] },
  embeddings: { kind: 'flag' },
  pooling: { kind: 'word', words: ['none', 'mean', 'cls', 'last'] },
  embdNormalize: integer(-1, 2 ** 31 - 1),
  nUbatch: integer(1, 2 ** 20),
  spmInfill: { kind: 'flag' },
  chatTemplate: { kind: 'text' },
  jinja: { kind: 'flag' },
  chatTemplateKwargs: { kind: 'record' },
  reasoning: { kind: 'word', words: ['on', 'off', 'auto'] },
  reasoningFormat: { kind: 'word', words: REASONING_FORMATS },
  reasoningBudget: integer(-1, 2 ** 31 - 1),
  reasoningBudgetMessage: { kind: 'text' },
  prefillAssistant: { kind: 'flag' },
  alias: { kind: 'texts' },
  tags: { kind: 'list', of: { kind: 'text' } },
  requestDefaults: { kind: 'record' },
  apiKeys: { kind: 'list', of: { kind: 'text' } },
  slotsEndpoint: { kind: 'flag' },
  metricsEndpoint: { kind: 'flag' },
  propsEndpoint: { kind: 'flag' },
  contBatching: { kind: 'flag' },
  slotPromptSimilarity: number(0, 1),
  sleepIdleSeconds: number(-1, 2 ** 31 / 1000),
  predictRoute: { kind: 'text' },
  verbose: { kind: 'flag' },
  restarts: integer(0, 2 ** 31 - 1),
  selfTest: { kind: 'flag' },
  autotune: { kind: 'flag' },
  countCalls: { kind: 'flag' },
  hfEndpoint: { kind: 'text' },
  hfToken: { kind: 'text' },
};

/** Longest default context. */
const MAX_DEFAULT_N_CTX = 4096;

/** Throws `invalid_option` with the option, its value and the permitted values. */
export function checkOptions(options: { readonly [Name in keyof WireOptions]: unknown }): void {
  const rules: Readonly<Record<string, Rule>> = RULES;
  for (const [name, value] of Object.entries(options)) {
    const rule = rules[name];
    if (!rule) throw invalid(`unknown option ${name}; the options are ${Object.keys(RULES).join(', ')}`);
    if (value !== undefined && !fits(value, rule)) {
      throw invalid(`${name} must be ${expectation(rule)}; got ${JSON.stringify(value) ?? String(value)}`);
    }
  }
  const { draftMin, draftMax = DEFAULT_DRAFT_MAX, nSlots, nBatch = DEFAULT_N_BATCH } = options;
  const { chatTemplate, jinja } = options;
  if (typeof chatTemplate === 'string') {
    // Check the template before loading gigabytes of weights.
    createChatTemplate({ option: chatTemplate, model: null, jinja: jinja !== false });
  }
  if (typeof draftMin === 'number' && typeof draftMax === 'number' && draftMin > draftMax) {
    throw invalid(`draftMin (${draftMin}) must not be above draftMax (${draftMax})`);
  }
  const { ngramModNMin = NGRAM_DEFAULTS.nMin, ngramModNMax = NGRAM_DEFAULTS.nMax } = options;
  if (typeof ngramModNMin === 'number' && typeof ngramModNMax === 'number' && ngramModNMin > ngramModNMax) {
    throw invalid(`ngramModNMin (${ngramModNMin}) must not be above ngramModNMax (${ngramModNMax})`);
  }
  if (typeof nSlots === 'number' && typeof nBatch === 'number' && nSlots > nBatch) {
    throw invalid(
      `nBatch (${nBatch}) must be at least nSlots (${nSlots}): each slot has a row in every batch`,
    );
  }
}

export interface ContextSize {
  /** Positions of all slots together, and of each slot. */
  readonly nCtx: number;
  readonly nCtxSlot: number;
  /** Number of positions that the slots share; null if each has its own. */
  readonly nCtxShared: number | null;
}

/**
 * Determines the context sizes. Without `nCtx` a slot gets the length that the model was trained with, at most 4096. No slot
 * exceeds the trained length. Throws `invalid_option` when there is less than one position per slot, or too few to shift.
 */
export function contextSize(options: WireOptions, nCtxTrain: number): ContextSize {
  const { nSlots = 1, kvUnified = false, kvUnifiedPerSlot = Number.POSITIVE_INFINITY } = options;
  const nDefault = Math.min(nCtxTrain, MAX_DEFAULT_N_CTX);
  const { nCtx = kvUnified ? nDefault : nSlots * nDefault } = options;
  const share = kvUnified ? Math.min(nCtx, kvUnifiedPerSlot) : Math.floor(nCtx / nSlots);
  const nCtxSlot = Math.min(share, nCtxTrain);
  if (nCtxSlot < 1) throw invalid(`nCtx (${nCtx}) must be at least nSlots (${nSlots}), which share it`);
  if (options.ctxShift && nCtxSlot < MIN_SHIFTED_N_CTX) {
    throw invalid(
      `ctxShift needs ${MIN_SHIFTED_N_CTX} positions per slot, but nCtx (${nCtx}) gives ${nCtxSlot}; raise nCtx to ${nSlots * MIN_SHIFTED_N_CTX}`,
    );
  }
  return { nCtx, nCtxSlot, nCtxShared: kvUnified ? Math.min(nCtx, nSlots * nCtxSlot) : null };
}

function fits(value: unknown, rule: Rule): boolean {
  switch (rule.kind) {
    case 'integer':
      return Number.isSafeInteger(value) && inRange(value, rule);
    case 'number':
      return inRange(value, rule);
    case 'flag':
      return typeof value === 'boolean';
    case 'word':
      return typeof value === 'string' && rule.words.includes(value);
    case 'text':
      return isText(value);
    case 'texts':
      return Array.isArray(value) ? value.every(isText) : isText(value);
    case 'record':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'list':
      return Array.isArray(value) && value.every(element => fits(element, rule.of));
    case 'source':
      return Array.isArray(value) ? value.length > 0 && value.every(isFile) : isFile(value);
  }
}

function isFile(value: unknown): boolean {
  return typeof value === 'string' || value instanceof Blob;
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function inRange(value: unknown, { min, max }: { readonly min: number; readonly max: number }): boolean {
  return typeof value === 'number' && value >= min && value <= max;
}

function expectation(rule: Rule): string {
  switch (rule.kind) {
    case 'integer':
      return `a whole number from ${rule.min} to ${rule.max}`;
    case 'number':
      return rule.max === Number.MAX_VALUE
        ? `a number from ${rule.min}`
        : `a number from ${rule.min} to ${rule.max}`;
    case 'flag':
      return 'true or false';
    case 'word':
      return rule.words.map(word => `'${word}'`).join(' or ');
    case 'text':
      return 'a text that is not empty';
    case 'texts':
      return 'a list of texts that are not empty';
    case 'record':
      return 'an object';
    case 'list':
      return `a list, each element ${expectation(rule.of)}`;
    case 'source':
      return 'a URL or a Blob, or a list of them';
  }
}

function invalid(message: string): ForetokenError {
  return new ForetokenError('invalid_option', message);
}

import { checkValues, invalidOption, option } from '../protocol/options/option.ts';
import type { ValueType } from '../protocol/options/valueTypes.ts';
import { OPTIONS, withDefaults } from '../protocol/options.ts';
import type { WireFile, WireOptions, WireSource } from '../protocol/worker.ts';
import { createChatTemplate } from '../server/chat/template.ts';

const source: ValueType<WireSource> = {
  kind: 'other',
  expected: 'a URL or a Blob, or a list of them',
  accepts: (value): value is WireSource =>
    Array.isArray(value) ? value.length > 0 && value.every(isFile) : isFile(value),
  read: text => text,
};

const model = option(source, { noFlag: 'the process names its files otherwise' });
const TABLE = { model, modelDraft: model, ...OPTIONS };

/** Throws `invalid_option` with the option, its value and the permitted values. */
export function checkOptions(options: { readonly [Name in keyof WireOptions]: unknown }): void {
  checkValues(TABLE, options);
  const { chatTemplate, jinja, draftMin, draftMax, ngramModNMin, ngramModNMax, nSlots, nBatch, store } =
    withDefaults(options);
  // Check the template before loading gigabytes of weights.
  if (chatTemplate !== undefined) createChatTemplate({ option: chatTemplate, model: null, jinja });
  if (draftMin > draftMax) {
    throw invalidOption(`draftMin (${draftMin}) must not be above draftMax (${draftMax})`);
  }
  if (ngramModNMin > ngramModNMax) {
    throw invalidOption(`ngramModNMin (${ngramModNMin}) must not be above ngramModNMax (${ngramModNMax})`);
  }
  if (!store && [options.model, options.modelDraft].flat().some(isDigested)) {
    throw invalidOption(
      'the SHA-256 of a model is compared when it is stored; give store: true, or the URL alone',
    );
  }
  if (nSlots > nBatch) {
    throw invalidOption(
      `nBatch (${nBatch}) must be at least nSlots (${nSlots}): each slot has a row in every batch`,
    );
  }
}

function isFile(value: unknown): value is WireFile {
  if (typeof value === 'string' || value instanceof Blob) return true;
  return isDigested(value);
}

function isDigested(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'url' in value && 'sha256' in value;
}

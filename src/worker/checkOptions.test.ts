import { describe, expect, it } from 'vitest';
import { checkOptions } from './checkOptions.ts';

const model = 'https://example.com/model.gguf';

describe('checkOptions', () => {
  it('accepts every option in range, and undefined for the default', () => {
    const all = {
      nCtx: 64,
      nSlots: 2,
      kvUnified: true,
      kvUnifiedPerSlot: 32,
      nBatch: 2,
      draftMin: 4,
      draftMax: 8,
      pMin: 0.5,
      specType: ['ngram-mod', 'draft-simple'],
      draftRequired: false,
      ngramSimpleSizeN: 1,
      ngramModNMax: 48,
      specSynthRates: [1, 0.5],
      ctxShift: true,
      nPredict: -1,
      seed: -1,
    };
    checkOptions({
      model,
      modelDraft: new Blob(),
      ...all,
      temperature: 0,
      cacheType: 'f32',
      alias: 'a',
      chatTemplate: '{{ messages }}',
      chatTemplateKwargs: { a: 1 },
      reasoning: 'off',
      reasoningFormat: 'deepseek-legacy',
      reasoningBudget: -1,
      prefillAssistant: false,
      jinja: true,
    });
    checkOptions(Object.assign({ model }, { nCtx: undefined }));
    checkOptions({ model, nSlots: 64 });
    checkOptions({ model: [model, new Blob()] });
    checkOptions({ model, nSlots: 65, nBatch: 65 });
  });

  it.each([
    [{ nCtx: 0 }, 'nCtx must be a whole number from 1 to 1048576; got 0'],
    [{ nCtx: 64.5 }, 'nCtx must be a whole number'],
    [{ nCtx: '64' }, 'got "64"'],
    [{ nSlots: Number.NaN }, 'nSlots must be a whole number'],
    [{ pMin: 1.5 }, 'pMin must be a number from 0 to 1; got 1.5'],
    [{ specType: ['ngram-cache'] }, "specType must be a list, each element 'none' or 'draft-simple' or"],
    [{ specType: 'none' }, 'got "none"'],
    [{ specSynthRates: [0.5, 2] }, 'each element a number from 0 to 1; got [0.5,2]'],
    [{ specSynthRates: [Number.NaN] }, 'specSynthRates must be a list'],
    [{ specSynthLen: 0.5 }, 'specSynthLen must be a number from 1'],
    [{ ngramModNMatch: 0 }, 'ngramModNMatch must be a whole number from 1 to 1024; got 0'],
    [{ ngramModNMax: 47 }, 'ngramModNMin (48) must not be above ngramModNMax (47)'],
    [{ temperature: -1 }, 'temperature must be a number from 0; got -1'],
    [{ ctxShift: 1 }, 'ctxShift must be true or false; got 1'],
    [{ cacheType: 'q8_0' }, "cacheType must be 'f32' or 'f16'"],
    [{ cacheRam: -2 }, 'cacheRam must be a whole number from -1 to 2147483647; got -2'],
    [{ slotSavePath: '' }, 'slotSavePath must be a text that is not empty'],
    [{ lookupCache: '' }, 'lookupCache must be a text that is not empty'],
    [{ alias: '' }, 'alias must be a list of texts that are not empty'],
    [{ tags: 'a' }, 'tags must be a list, each element a text that is not empty; got "a"'],
    [{ apiKeys: 'key' }, 'apiKeys must be a list'],
    [{ apiKeys: [''] }, 'apiKeys must be a list'],
    [{ pooling: 'rank' }, "pooling must be 'none' or 'mean' or 'cls' or 'last'"],
    [{ embdNormalize: -2 }, 'embdNormalize must be a whole number from -1'],
    [{ nUbatch: 0 }, 'nUbatch must be a whole number from 1'],
    [{ jinja: 'no' }, 'jinja must be true or false; got "no"'],
    [{ chatTemplate: '' }, 'chatTemplate must be a text that is not empty'],
    [{ chatTemplate: '{% if %}' }, 'the chat template is not valid Jinja'],
    [{ chatTemplate: 'my own', jinja: false }, 'this custom template is not supported'],
    [{ draftMin: 9, draftMax: 8 }, 'draftMin (9) must not be above draftMax (8)'],
    [{ draftMin: 5 }, 'draftMin (5) must not be above draftMax (3)'],
    [{ nSlots: 65 }, 'nBatch (64) must be at least nSlots (65)'],
    [{ nSlots: 3, nBatch: 2 }, 'nBatch (2) must be at least nSlots (3)'],
    [{ model: [] }, 'model must be a URL or a Blob, or a list of them'],
    [{ modelDraft: [model, 3] }, 'modelDraft must be a URL or a Blob, or a list of them'],
    [{ toString: 1 }, 'unknown option toString'],
    [{ model: { url: 'https://example.com/m.gguf', sha256: 'a'.repeat(64) } }, 'give store: true'],
    [{ n_ctx: 64 }, 'unknown option n_ctx; the options are model, modelDraft, hfEndpoint'],
  ])('refuses %j', (options, message) => {
    expect(() => checkOptions(Object.assign({ model }, options))).toThrow(message);
  });
});

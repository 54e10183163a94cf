import { describe, expect, it } from 'vitest';
import { checkOptions, contextSize } from './options.ts';

const model = 'https://example.com/model.gguf';

describe('checkOptions', () => {
  it('accepts every option in range, and undefined for the default', () => {
    const all = {
      nCtx: 64,
      nSlots: 2,
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
      jinja: true,
    });
    checkOptions(Object.assign({ model }, { nCtx: undefined }));
    checkOptions({ model, nSlots: 64 });
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
    [{ alias: '' }, 'alias must be a list of texts that are not empty'],
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
    [{ n_ctx: 64 }, 'unknown option n_ctx; the options are model, modelDraft, nCtx'],
  ])('refuses %j', (options, message) => {
    expect(() => checkOptions(Object.assign({ model }, options))).toThrow(message);
  });
});

describe('contextSize', () => {
  it.each([
    { options: {}, nCtxTrain: 512, expected: { nCtx: 512, nCtxSlot: 512 } },
    { options: {}, nCtxTrain: 131072, expected: { nCtx: 4096, nCtxSlot: 4096 } },
    { options: { nCtx: 64 }, nCtxTrain: 512, expected: { nCtx: 64, nCtxSlot: 64 } },
    { options: { nCtx: 1024, nSlots: 3 }, nCtxTrain: 512, expected: { nCtx: 1024, nCtxSlot: 341 } },
  ])('is $expected for $options and a model trained with $nCtxTrain', ({ options, nCtxTrain, expected }) => {
    expect(contextSize({ model, ...options }, nCtxTrain)).toEqual(expected);
  });

  it('refuses fewer positions than a context shift needs', () => {
    const options = { model, nCtx: 7, nSlots: 2, ctxShift: true };
    expect(() => contextSize(options, 512)).toThrow(
      'ctxShift needs 4 positions per slot, but nCtx (7) gives 3; raise nCtx to 8',
    );
    expect(contextSize({ ...options, nCtx: 8 }, 512).nCtxSlot).toBe(4);
  });

  it('refuses fewer positions than slots', () => {
    expect(() => contextSize({ model, nCtx: 2, nSlots: 4 }, 512)).toThrow(
      'nCtx (2) must be at least nSlots (4)',
    );
  });
});

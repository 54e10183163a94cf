import { type Flag, toggle, valued, withSettings } from './flag.ts';
import { asIs, commaList, oneOf } from './values.ts';

const cacheType = oneOf('f16', 'f32');

/** Flags for the model and its name. */
export const MODEL_FLAGS: readonly Flag[] = [
  valued(
    { names: ['-m', '--model'], value: 'FILE', help: 'the model, a GGUF file', env: 'LLAMA_ARG_MODEL' },
    asIs,
    (given, model) => ({ ...given, model }),
  ),
  valued(
    {
      names: ['-hf', '-hfr', '--hf-repo'],
      value: 'REPO',
      help: 'a model of the Hugging Face Hub, as ORG/NAME or ORG/NAME:TYPE (default type: Q4_K_M, else Q8_0, else the first file)',
      env: 'LLAMA_ARG_HF_REPO',
    },
    asIs,
    (given, hfRepo) => ({ ...given, hfRepo }),
  ),
  valued(
    {
      names: ['-hff', '--hf-file'],
      value: 'FILE',
      help: 'which file of it',
      env: 'LLAMA_ARG_HF_FILE',
    },
    asIs,
    (given, hfFile) => ({ ...given, hfFile }),
  ),
  valued(
    {
      names: ['-hfd', '-hfrd', '--hf-repo-draft', '--spec-draft-hf'],
      value: 'REPO',
      help: 'the same for the draft model',
      env: 'LLAMA_ARG_SPEC_DRAFT_HF_REPO',
    },
    asIs,
    (given, hfRepoDraft) => ({ ...given, hfRepoDraft }),
  ),
  valued(
    {
      names: ['-hft', '--hf-token'],
      value: 'TOKEN',
      help: 'token for repositories of the Hub that need a login',
      env: 'HF_TOKEN',
    },
    asIs,
    (given, hfToken) => ({ ...given, hfToken }),
  ),
  valued(
    {
      names: ['-mu', '--model-url'],
      value: 'URL',
      help: "address of the model, which is kept in the file after -m, or in llama.cpp's cache",
      env: 'LLAMA_ARG_MODEL_URL',
    },
    asIs,
    (given, modelUrl) => ({ ...given, modelUrl }),
  ),
  {
    names: ['--offline'],
    help: 'use what is in the cache, and download nothing',
    env: 'LLAMA_ARG_OFFLINE',
    apply: given => ({ ...given, offline: true }),
  },
  valued(
    {
      names: ['-md', '--model-draft', '--spec-draft-model'],
      value: 'FILE',
      help: 'a draft model; turns speculative decoding on',
      env: 'LLAMA_ARG_SPEC_DRAFT_MODEL',
    },
    asIs,
    (given, modelDraft) => ({ ...given, modelDraft }),
  ),
  valued(
    {
      names: ['-a', '--alias'],
      value: 'NAMES',
      help: 'names the server answers with, separated by commas (default: the path of the model)',
      env: 'LLAMA_ARG_ALIAS',
    },
    commaList,
    (given, alias) => withSettings(given, { alias }),
  ),
  valued(
    {
      names: ['--tags'],
      value: 'TAGS',
      help: 'tags in the list of models, separated by commas',
      env: 'LLAMA_ARG_TAGS',
    },
    commaList,
    (given, tags) => withSettings(given, { tags }),
  ),
  toggle('autotune', {
    names: ['--autotune'],
    off: ['--no-autotune'],
    help: 'spend up to a second of the first load on finding what is fastest here, without changing an answer (default: on a GPU)',
  }),
  valued(
    {
      names: ['-ctk', '--cache-type-k'],
      value: 'TYPE',
      help: 'type of the K cache, f16 or f32; the V cache has the same (default: f16)',
      env: 'LLAMA_ARG_CACHE_TYPE_K',
    },
    cacheType,
    (given, cacheTypeK) => ({ ...given, cacheTypeK }),
  ),
  valued(
    {
      names: ['-ctv', '--cache-type-v'],
      value: 'TYPE',
      help: 'type of the V cache, f16 or f32; the K cache has the same (default: f16)',
      env: 'LLAMA_ARG_CACHE_TYPE_V',
    },
    cacheType,
    (given, cacheTypeV) => ({ ...given, cacheTypeV }),
  ),
];

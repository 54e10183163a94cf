import { describe, expect, it } from 'vitest';
import type { GgufFile } from '../gguf/index.ts';
import { openSource, readGguf, type TypedValue, writeGguf } from '../gguf/index.ts';
import { checkModel } from '../model/modelFile.ts';
import { type GivenOptions, withDefaults } from '../protocol/options.ts';
import { randomEagle3 } from '../reference/randomEagle3.ts';
import { randomModel } from '../reference/randomModel.ts';
import { randomMtp } from '../reference/randomMtp.ts';
import { chooseDrafter } from './drafter.ts';

const u32 = (value: number): TypedValue => ({ type: 'uint32', value });
const METADATA: Readonly<Record<string, TypedValue>> = {
  'general.architecture': { type: 'string', value: 'llama' },
  'llama.context_length': u32(64),
  'llama.embedding_length': u32(32),
  'llama.block_count': u32(2),
  'llama.feed_forward_length': u32(32),
  'llama.attention.head_count': u32(2),
  'llama.attention.layer_norm_rms_epsilon': { type: 'float32', value: 1e-5 },
};
const nVocab = 11;

const model = async (vocabulary = nVocab) =>
  opened(await randomModel({ metadata: METADATA, shapes: { 'token_embd.weight': [32, vocabulary] } }));
const opened = async (file: Parameters<typeof writeGguf>[0]): Promise<GgufFile> =>
  readGguf(await openSource(writeGguf(file)));

const PLAIN = await model();
const SIDECAR = await opened(randomMtp(PLAIN));
const EAGLE3 = await opened(await randomEagle3(PLAIN, { layers: [0, 1], nTokens: 5 }));
const WITH_HEAD = await opened({
  metadata: { ...METADATA, 'llama.block_count': u32(3), 'llama.nextn_predict_layers': u32(1) },
  tensors: [
    ...(await randomModel({ metadata: METADATA, shapes: { 'token_embd.weight': [32, nVocab] } })).tensors,
    ...randomMtp(PLAIN).tensors,
  ],
});

describe('the model that drafts', () => {
  it.each<{
    what: string;
    target: GgufFile;
    draft?: GgufFile;
    given?: GivenOptions;
    kind: string | null;
    shared?: string[];
  }>([
    { what: 'none', target: PLAIN, kind: null },
    { what: 'a draft model', target: PLAIN, draft: PLAIN, kind: 'draft-simple' },
    {
      what: 'the head in the target’s file',
      target: WITH_HEAD,
      kind: 'draft-mtp',
      shared: ['token_embd.weight', 'output.weight'],
    },
    {
      what: 'a draft model beside a target with a head',
      target: WITH_HEAD,
      draft: PLAIN,
      kind: 'draft-simple',
    },
    {
      what: 'a head in a file of its own',
      target: PLAIN,
      draft: SIDECAR,
      kind: 'draft-mtp',
      shared: ['token_embd.weight', 'output.weight'],
    },
    {
      what: 'a head in a whole model, if asked for',
      target: PLAIN,
      draft: WITH_HEAD,
      given: { specType: ['draft-mtp'] },
      kind: 'draft-mtp',
      shared: ['output.weight'],
    },
    {
      what: 'an EAGLE-3 draft',
      target: PLAIN,
      draft: EAGLE3,
      kind: 'draft-eagle3',
      shared: ['token_embd.weight'],
    },
    {
      what: 'an EAGLE-3 draft beside a target with a head',
      target: WITH_HEAD,
      draft: EAGLE3,
      given: { specType: ['ngram-mod', 'draft-eagle3'] },
      kind: 'draft-eagle3',
    },
    {
      what: 'none, though there is a head, for look-ups alone',
      target: WITH_HEAD,
      given: { specType: ['ngram-mod'] },
      kind: null,
    },
    {
      what: 'none for a target without a head',
      target: PLAIN,
      given: { specType: ['draft-mtp'] },
      kind: null,
    },
  ])('is $what', ({ target, draft, given = {}, kind, shared }) => {
    const chosen = chooseDrafter(checkModel(target), draft ?? null, withDefaults(given));
    expect(chosen?.kind ?? null).toBe(kind);
    if (shared) expect([...(chosen?.file.shared ?? [])]).toEqual(shared);
  });

  it.each<{
    what: string;
    draft: () => Promise<GgufFile>;
    given: GivenOptions;
    code: string;
    message: RegExp;
  }>([
    {
      what: 'a draft model without a head, where one is asked for',
      draft: async () => PLAIN,
      given: { specType: ['draft-mtp'] },
      code: 'draft_incompatible',
      message: /has no MTP head/,
    },
    {
      what: 'a head alone as a draft model',
      draft: async () => SIDECAR,
      given: { specType: ['draft-simple'] },
      code: 'unsupported_model',
      message: /holds only an MTP head/,
    },
    {
      what: 'a draft model, where an EAGLE-3 draft is asked for',
      draft: async () => PLAIN,
      given: { specType: ['draft-eagle3'] },
      code: 'draft_incompatible',
      message: /is no EAGLE-3 draft/,
    },
    {
      what: 'an EAGLE-3 draft as a draft model',
      draft: async () => EAGLE3,
      given: { specType: ['draft-simple'] },
      code: 'unsupported_model',
      message: /holds only an EAGLE-3 draft/,
    },
    {
      what: 'an EAGLE-3 draft of another model',
      draft: async () => opened(await randomEagle3(await model(13), { layers: [0], nEmbd: 48, nTokens: 5 })),
      given: {},
      code: 'draft_incompatible',
      message: /reads rows of 32 values and 13 tokens, but its target has 32 and 11/,
    },
    {
      what: 'an EAGLE-3 draft of a deeper model',
      draft: async () => opened(await randomEagle3(PLAIN, { layers: [0, 2], nTokens: 5 })),
      given: {},
      code: 'draft_incompatible',
      message: /reads layers 0, 2, but its target has 2/,
    },
    {
      what: 'the head of another model',
      draft: async () => {
        const other = await model(13);
        const { metadata, tensors } = randomMtp(other);
        const embedding = other.tensors.get('token_embd.weight');
        const data = new Uint8Array(
          await other.source.read(embedding?.offset ?? 0, embedding?.sizeBytes ?? 0),
        );
        return opened({
          metadata,
          tensors: [...tensors, { name: 'token_embd.weight', type: 'F32', shape: [32, 13], data }],
        });
      },
      given: {},
      code: 'draft_incompatible',
      message: /rows of 32 values and 13 tokens, but its target 32 and 11/,
    },
  ])('is refused if it is $what', async ({ draft, given, code, message }) => {
    const file = await draft();
    const choose = () => chooseDrafter(checkModel(PLAIN), file, withDefaults(given));
    expect(choose).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });
});

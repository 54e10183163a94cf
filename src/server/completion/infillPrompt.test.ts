import { describe, expect, it } from 'vitest';
import { createTokenizer } from '../../tokenizer/index.ts';
import { type ToyToken, toyVocabulary } from '../../tokenizer/toyVocabulary.ts';
import { type InfillShape, infillPrompt } from './infillPrompt.ts';

const FIM: readonly ToyToken[] = [
  ['<PRE>', 0, 'control'],
  ['<SUF>', 0, 'control'],
  ['<MID>', 0, 'control'],
];
const REPO: readonly ToyToken[] = [
  ['<REPO>', 0, 'control'],
  ['<|file_sep|>', 0, 'control'],
];
const [BOS, PRE, SUF, MID, REP, SEP] = [1, 259, 260, 261, 262, 263];

const plain = createTokenizer(toyVocabulary(FIM, { addSpacePrefix: false }));
const repository = createTokenizer(toyVocabulary([...FIM, ...REPO], { addSpacePrefix: false }));
const withoutBos = createTokenizer(toyVocabulary(FIM, { addBos: false, addSpacePrefix: false }));

const SHAPE: InfillShape = { nBatch: 64, nCtx: 512, nPredict: -1, spmInfill: false };

/** One token per byte; a space is SentencePiece's mark, which has several bytes. */
const bytes = (text: string) =>
  [...new TextEncoder().encode(text.replaceAll(' ', '▁'))].map(byte => byte + 3);
const letters = (letter: string, count: number) => bytes(letter.repeat(count));

describe('an infill prompt', () => {
  const request = { prefix: bytes('ab'), suffix: bytes('yz'), prompt: bytes('c'), extra: [] };
  const extra = [
    { text: 'T', filename: 'f' },
    { text: 'U', filename: 'tmp' },
  ];
  const snippet = bytes('\n\n--- snippet ---\n\n');
  const middle = [PRE, ...bytes('abc'), SUF, ...bytes('yz'), MID];

  it.each([
    { name: 'prefix, suffix, middle', expected: [BOS, ...middle] },
    {
      name: 'suffix, prefix, middle',
      shape: { spmInfill: true },
      expected: [BOS, SUF, ...bytes('yz'), PRE, ...bytes('abc'), MID],
    },
    { name: 'without BOS where the model adds none', tokenizer: withoutBos, expected: middle },
    {
      name: 'other files before it, by a text between them',
      request: { extra },
      expected: [...snippet, ...bytes('T'), ...snippet, ...bytes('U'), BOS, ...middle],
    },
    {
      name: 'other files before it, by the tokens for that',
      request: { extra },
      tokenizer: repository,
      expected: [
        ...[REP, ...bytes('myproject\n'), SEP, ...bytes('f\nT'), SEP, ...bytes('tmp\nU')],
        ...[SEP, ...bytes('filename\n'), BOS, ...middle],
      ],
    },
    {
      name: 'as much of the text as lies at the cursor',
      request: { prefix: [...letters('a', 9), ...letters('b', 48)], suffix: letters('y', 99) },
      // A quarter of 64, less two tokens and the prompt.
      expected: [BOS, PRE, ...letters('b', 48), ...bytes('c'), SUF, ...letters('y', 13), MID],
    },
    {
      name: 'no suffix where the prompt takes its place',
      request: { prompt: letters('c', 20) },
      expected: [BOS, PRE, ...bytes('ab'), ...letters('c', 20), SUF, MID],
    },
    {
      name: 'of other files the end, as far as there is room',
      request: { extra: [{ text: 'TUV', filename: 'f' }] },
      shape: { nCtx: 76, nPredict: 5 },
      expected: [...bytes('UV'), BOS, ...middle],
    },
    {
      name: 'nothing of other files where there is no room',
      request: { extra },
      shape: { nCtx: 60 },
      expected: [BOS, ...middle],
    },
  ])('the prompt has $name', ({ request: changes, shape, tokenizer = plain, expected }) => {
    expect(infillPrompt({ ...request, ...changes }, { ...SHAPE, ...shape }, tokenizer)).toEqual(expected);
  });
});

import { describe, expect, it } from 'vitest';
import { PackedStrings } from '../util/packedStrings.ts';
import { type VocabularySpec, vocabularyMismatch } from './index.ts';
import { toyVocabulary } from './toyVocabulary.ts';

const TARGET = toyVocabulary([['a'], ['b']]);

function changed(id: number, text: string): PackedStrings {
  return PackedStrings.of([...TARGET.tokens].with(id, text));
}

function padded(n: number): PackedStrings {
  return PackedStrings.of([...TARGET.tokens, ...Array.from({ length: n }, (_, i) => `<pad${i}>`)]);
}

describe('vocabularyMismatch', () => {
  const fitting: [string, Partial<VocabularySpec>][] = [
    ['the same vocabulary', {}],
    ['another text for an id below 5', { tokens: changed(4, 'x') }],
    ['128 more tokens', { tokens: padded(128) }],
    ['other scores and types', { scores: [], types: [] }],
    ['another EOS that is not added', { eos: 7 }],
  ];
  it.each(fitting)('accepts a draft with %s', (_, draft) => {
    expect(vocabularyMismatch(TARGET, { ...TARGET, ...draft })).toBe(null);
  });

  it('accepts a different BOS that neither vocabulary adds', () => {
    const target = { ...TARGET, addBos: false };
    expect(vocabularyMismatch(target, { ...target, bos: 7 })).toBe(null);
  });

  it('compares EOS if it is added', () => {
    const target = { ...TARGET, addEos: true };
    expect(vocabularyMismatch(target, { ...target, eos: 7 })).toBe(
      'EOS is token 2 in the target and 7 in the draft',
    );
  });

  const unfit: [Partial<VocabularySpec>, string][] = [
    [
      { method: { kind: 'wpm', lowercase: true, stripAccents: true } },
      'the vocabulary is spm in the target and wpm in the draft',
    ],
    [{ addBos: false }, 'add_bos is true in the target and false in the draft'],
    [{ bos: 5 }, 'BOS is token 1 in the target and 5 in the draft'],
    [{ addEos: true }, 'add_eos is false in the target and true in the draft'],
    [{ tokens: padded(129) }, 'the target has 261 tokens and the draft 390: they differ by more than 128'],
    [{ tokens: changed(5, 'x') }, 'token 5 is "<0x02>" in the target and "x" in the draft'],
    [{ tokens: changed(260, 'c') }, 'token 260 is "b" in the target and "c" in the draft'],
  ];
  it.each(unfit)('describes the mismatch of %o', (draft, expected) => {
    expect(vocabularyMismatch(TARGET, { ...TARGET, ...draft })).toBe(expected);
  });
});

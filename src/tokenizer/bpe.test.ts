import { describe, expect, it } from 'vitest';
import { PackedStrings } from '../util/packedStrings.ts';
import { BYTE_CHARACTERS } from './byteAlphabet.ts';
import qwen2 from './fixtures/qwen2.json' with { type: 'json' };
import { createTokenizer, TOKEN_TYPE, type Tokenizer } from './index.ts';
import { DEFAULT_PRE_TOKENIZER, PRE_TOKENIZERS, type PreTokenizer } from './preTokenizers.ts';
import { spmVocabulary } from './toyVocabulary.ts';

const PLAIN = { addSpecial: false, parseSpecial: false };

interface Parts {
  readonly texts: readonly string[];
  readonly merges: readonly string[];
  readonly pre?: Partial<PreTokenizer>;
  readonly types?: readonly number[];
  readonly cleanSpaces?: boolean;
}

function bpeTokenizer({ texts, merges, pre, ...parts }: Parts): Tokenizer {
  const method = {
    kind: 'bpe',
    merges: PackedStrings.of(merges),
    pre: { ...DEFAULT_PRE_TOKENIZER, steps: [], ...pre },
  } as const;
  return createTokenizer({ ...spmVocabulary({ texts, addBos: false, ...parts }), method });
}

/** Token texts of `text`, in a vocabulary of all bytes and the results of `merges`. */
function pieces(merges: readonly string[], text: string, pre: Partial<PreTokenizer> = {}): string[] {
  const texts = [...BYTE_CHARACTERS, ...new Set(merges.map(merge => merge.replace(' ', '')))];
  const tokenizer = bpeTokenizer({ texts, merges, pre });
  return tokenizer.encode(text, PLAIN).map(token => tokenizer.tokenText(token));
}

describe('byte-level BPE', () => {
  it('merges in the order of the list, not of the text', () => {
    expect(pieces(['a b', 'b c'], 'abc')).toEqual(['ab', 'c']);
    expect(pieces(['b c', 'a b'], 'abc')).toEqual(['a', 'bc']);
  });

  it('merges the leftmost of equal pairs first', () => {
    expect(pieces(['a a'], 'aaa')).toEqual(['aa', 'a']);
  });

  it('merges the results of merges', () => {
    expect(pieces(['a b', 'ab c', 'd abc'], 'dabc')).toEqual(['dabc']);
  });

  it('uses the first of two equal merges', () => {
    expect(pieces(['a b', 'b c', 'a b'], 'abc')).toEqual(['ab', 'c']);
  });

  it('does not find a token that no merge leads to, unless whole words come before merges', () => {
    const merges = ['a b', 'b c', 'a bc', 'x abc'];
    expect(pieces(merges, 'abc')).toEqual(['ab', 'c']);
    expect(pieces(merges, 'abc', { ignoreMerges: true })).toEqual(['abc']);
  });

  it('spells bytes out in its alphabet', () => {
    expect(pieces([], ' \né\0')).toEqual(['Ġ', 'Ċ', 'Ã', '©', 'Ā']);
  });

  it('does not merge across the words that the pre-tokenizer makes', () => {
    const { steps } = PRE_TOKENIZERS.get('qwen2') ?? DEFAULT_PRE_TOKENIZER;
    expect(pieces(['1 2', 'a Ġ'], '12a b', { steps })).toEqual(['1', '2', 'a', 'Ġ', 'b']);
  });

  it('gives a word the same tokens the second time, and in the same order among other words', () => {
    const { steps } = PRE_TOKENIZERS.get('gpt-2') ?? DEFAULT_PRE_TOKENIZER;
    const once = pieces(['a b'], ' abc', { steps });
    expect(pieces(['a b'], ' abc abc x abc', { steps })).toEqual([...once, ...once, 'Ġ', 'x', ...once]);
  });

  it('drops text without a token, except the ASCII characters of an unknown symbol', () => {
    const tokenizer = bpeTokenizer({ texts: ['<unk>', '<s>', '</s>', 'a', 'b'], merges: ['a b', 'a é'] });
    expect(tokenizer.encode('abé', PLAIN)).toEqual([3, 4]);
    expect(tokenizer.leastTokens('abé'.repeat(1000))).toBe(0);
  });

  it('takes time that grows hardly faster than a word', () => {
    const started = performance.now();
    expect(pieces(['a a', 'aa aa'], 'a'.repeat(50_000))).toHaveLength(12_500);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('the way back', () => {
  const tokenizer = bpeTokenizer({
    texts: ['<unk>', '<s>', '</s>', 'Ġhi', 'Ã', '©', 'Ġ.', 'Ġ', "'s", "'", '日', '<x>'],
    types: [2, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, TOKEN_TYPE.userDefined],
    merges: [],
    cleanSpaces: true,
  });

  it('reads the alphabet, and joins the bytes of a character', () => {
    expect(tokenizer.decode([3, 4, 5], false)).toBe(' hié');
    expect(tokenizer.decode([4], false)).toBe('\uFFFD');
  });

  it('takes a user-defined token literally', () => {
    expect(tokenizer.decode([11], false)).toBe('<x>');
  });

  it('spells out a character that is not in the alphabet, as llama.cpp does', () => {
    expect(tokenizer.decode([10], false)).toBe('[UNK_BYTE_0xe697a5日]');
  });

  it('drops spaces before punctuation from a whole text if the vocabulary wants that, but never from pieces', () => {
    const tokens = [3, 6, 7, 8, 3, 7, 9, 3];
    expect(tokenizer.detokenize(tokens)).toBe(" hi.'s hi'hi");
    expect(tokenizer.decode(tokens, false)).toBe(" hi . 's hi ' hi");
  });
});

describe('a small vocabulary of Qwen 2', () => {
  const texts = qwen2.tokens.split(' ');
  const tokenizer = bpeTokenizer({
    texts,
    types: texts.map((_, id) => (id < qwen2.controlFrom ? TOKEN_TYPE.normal : TOKEN_TYPE.control)),
    merges: qwen2.merges.split('\n'),
    pre: { steps: PRE_TOKENIZERS.get('qwen2')?.steps ?? [] },
  });

  it.each(qwen2.vectors)('gives $text the ids of llama.cpp, and back', ({ text, ids }) => {
    expect(tokenizer.encode(text, { addSpecial: false, parseSpecial: true })).toEqual(ids);
    expect(tokenizer.decode(ids, true)).toBe(text);
  });
});

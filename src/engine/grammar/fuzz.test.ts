import { describe, expect, it } from 'vitest';
import type { TokenId } from '../../forward/forward.ts';
import type { Grammar } from './grammar.ts';
import { GrammarMatcher } from './matcher.ts';
import { parseGrammar } from './parse.ts';
import { ALPHABET, Random, randomRules, randomText } from './testRandom.ts';
import { notation, Reference } from './testReference.ts';
import { grammarVocabulary } from './vocabularyTrie.ts';

const N_GRAMMARS = 120;
const TIMEOUT_MS = 60_000;
/** Length up to which all texts are checked. A longer text is checked only if its prefix was viable. */
const ENUMERATED = 3;
const LONGEST = 4;
const utf8 = new TextEncoder();

/** Texts of up to `length` characters, each after its prefixes. */
function allTexts(length: number): string[] {
  const texts = [''];
  for (const text of texts) {
    if ([...text].length < length) texts.push(...ALPHABET.map(char => text + char));
  }
  return texts;
}

/** First bytes of characters, with two completions each: one that the grammars use and one that they do not. */
const CUT = [
  { bytes: utf8.encode('é').slice(0, 1), characters: ['é', 'è'] },
  { bytes: utf8.encode('😀').slice(0, 1), characters: ['😀', '🂡'] },
  { bytes: utf8.encode('😀').slice(0, 2), characters: ['😀', '😁'] },
  { bytes: utf8.encode('😀').slice(0, 3), characters: ['😀', '😁'] },
];
const WHOLE = allTexts(2)
  .slice(1)
  .map(text => ({ bytes: utf8.encode(text), texts: [text] }));
const BEGUN = ['', ...ALPHABET].flatMap(text =>
  CUT.map(({ bytes, characters }) => ({
    bytes: Uint8Array.of(...utf8.encode(text), ...bytes),
    texts: characters.map(char => text + char),
  })),
);
/** Tokens that start at a character boundary, with the texts that they may become. */
const TOKENS = [...WHOLE, ...BEGUN];
const REST_BYTES = [0x80, 0x98, 0x9f, 0xa8, 0xa9, 0xaa, 0xbf];
const RESTS = REST_BYTES.flatMap(byte => [[byte], [byte, 0x61], [byte, 0xc3], [byte, 0x98, 0x80]]);
const PIECES = [...TOKENS.map(({ bytes }) => bytes), ...RESTS.map(bytes => Uint8Array.from(bytes))];
const EOG = PIECES.length;
const vocabulary = grammarVocabulary([...PIECES, new Uint8Array()], [EOG]);

/** Random tokenization of the text's bytes. */
function randomTokens(random: Random, text: string): TokenId[] {
  const bytes = utf8.encode(text);
  const tokens: TokenId[] = [];
  for (let at = 0; at < bytes.length; ) {
    const fitting = [...PIECES.keys()].filter(id => PIECES[id].every((byte, i) => bytes[at + i] === byte));
    const token = random.among(fitting);
    tokens.push(token);
    at += PIECES[token].length;
  }
  return tokens;
}

/** Verdict of the automaton: acceptance of the whole text, and of the text as a prefix. */
function judge(grammar: Grammar, text: string): { isWhole: boolean; isBegun: boolean } {
  const matcher = new GrammarMatcher(grammar, vocabulary);
  const isBegun = matcher.acceptBytes(utf8.encode(text));
  return { isWhole: isBegun && matcher.canEnd, isBegun };
}

const CASES = Array.from({ length: N_GRAMMARS }, (_, seed) => {
  const random = new Random(seed);
  const rules = randomRules(random);
  const written = notation(rules);
  return { random, rules, written, grammar: parseGrammar(written), reference: new Reference(rules) };
});

describe('random grammars', { timeout: TIMEOUT_MS }, () => {
  it('match the same texts and prefixes as a backtracking matcher', () => {
    const wrong: object[] = [];
    let [nWhole, nBegun, nOther] = [0, 0, 0];
    for (const { grammar, reference, written } of CASES) {
      const texts = allTexts(ENUMERATED);
      for (const text of texts) {
        const { isWhole, nMissing } = reference.judge(text);
        const isBegun = nMissing < Number.POSITIVE_INFINITY;
        const found = judge(grammar, text);
        if (found.isWhole !== isWhole || found.isBegun !== isBegun)
          wrong.push({ written, text, found, isWhole, isBegun });
        const nChars = [...text].length;
        if (isBegun && nChars >= ENUMERATED && nChars < LONGEST)
          texts.push(...ALPHABET.map(char => text + char));
        if (isWhole) nWhole++;
        else if (isBegun) nBegun++;
        else nOther++;
      }
    }
    expect(wrong).toEqual([]);
    expect(Math.min(nWhole, nBegun, nOther)).toBeGreaterThan(1000);
  });

  it('accept a prefix if and only if some text completes it', () => {
    const wrong: object[] = [];
    for (const { grammar, reference, written } of CASES) {
      const texts = allTexts(ENUMERATED);
      const begun = new Set(
        texts.filter(text => judge(grammar, text).isWhole).flatMap(text => beginningsOf(text)),
      );
      for (const text of texts) {
        const { nMissing } = reference.judge(text);
        // A completion may be longer than the enumerated texts.
        if (nMissing < Number.POSITIVE_INFINITY && [...text].length + nMissing > ENUMERATED) continue;
        if (judge(grammar, text).isBegun !== begun.has(text)) wrong.push({ written, text });
      }
    }
    expect(wrong).toEqual([]);
  });

  it('match longer texts and reject near misses', () => {
    const wrong: object[] = [];
    let nWhole = 0;
    for (const { grammar, reference, random, rules, written } of CASES) {
      for (let i = 0; i < 10; i++) {
        const chars = [...(randomText(random, rules, 30) ?? '')];
        const changed = [...chars];
        changed.splice(random.below(chars.length + 1), random.below(2), random.among(ALPHABET));
        for (const text of [chars.join(''), changed.join('')]) {
          const { isWhole, nMissing } = reference.judge(text);
          const found = judge(grammar, text);
          if (isWhole) nWhole++;
          const isBegun = nMissing < Number.POSITIVE_INFINITY;
          if (found.isWhole !== isWhole || found.isBegun !== isBegun) wrong.push({ written, text, found });
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(nWhole).toBeGreaterThan(500);
  });

  it('allow exactly the tokens that some text completes, including tokens that cut a character', () => {
    const wrong: object[] = [];
    for (const { grammar, reference, random, rules, written } of CASES) {
      const text = randomText(random, rules, 8) ?? '';
      for (const beginning of beginningsOf(text)) {
        const matcher = new GrammarMatcher(grammar, vocabulary);
        matcher.acceptBytes(utf8.encode(beginning));
        for (const [token, { texts }] of TOKENS.entries()) {
          const isBegun = texts.some(
            end => reference.judge(beginning + end).nMissing < Number.POSITIVE_INFINITY,
          );
          if (matcher.isAllowed(token) !== isBegun) wrong.push({ written, beginning, texts, isBegun });
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('give a mask equal to single-token checks for any tokenization, and count drafts without side effects', () => {
    const wrong: object[] = [];
    for (const { grammar, random, rules, written } of CASES) {
      const text = randomText(random, rules, 12);
      // Some grammars derive only long texts.
      if (text === null) continue;
      const matcher = new GrammarMatcher(grammar, vocabulary);
      const tokens: TokenId[] = [];
      for (const token of [...randomTokens(random, text), EOG]) {
        const oneByOne = [...vocabulary.pieces.keys()].filter(id => matcher.isAllowed(id));
        const draft = Array.from({ length: 4 }, () => random.among(oneByOne));
        const counted = matcher.countAllowed(draft);
        const masked = matcher.allowedTokens().sort((a, b) => a - b);
        const isEqual = masked.join() === oneByOne.join() && counted === nTaken(grammar, tokens, draft);
        if (!isEqual || !oneByOne.includes(token))
          wrong.push({ written, tokens, token, masked, oneByOne, draft, counted });
        matcher.accept(token);
        tokens.push(token);
      }
    }
    expect(wrong).toEqual([]);
  });
});

function beginningsOf(text: string): string[] {
  const chars = [...text];
  return ['', ...chars.map((_, i) => chars.slice(0, i + 1).join(''))];
}

/** Number of draft tokens that a fresh matcher accepts after `tokens`. */
function nTaken(grammar: Grammar, tokens: readonly TokenId[], draft: readonly TokenId[]): number {
  const matcher = new GrammarMatcher(grammar, vocabulary);
  for (const token of tokens) matcher.accept(token);
  for (const [i, token] of draft.entries()) {
    if (!matcher.isAllowed(token)) return i;
    if (token === EOG) return i + 1;
    matcher.accept(token);
  }
  return draft.length;
}

import { describe, expect, it } from 'vitest';
import type { Candidates, TokenId } from '../../forward/forward.ts';
import { Decoder } from '../decoder.ts';
import { DraftModel } from '../draftModel.ts';
import { FakeForwardPass, type FakeModelOptions } from '../fakeForwardPass.ts';
import { GrammarMatcher } from '../grammar/matcher.ts';
import { parseGrammar } from '../grammar/parse.ts';
import { type FindStart, GrammarTrigger } from '../grammar/trigger.ts';
import { grammarVocabulary } from '../grammar/vocabularyTrie.ts';
import type { Sequence } from '../sequence.ts';
import type { Sampler } from './chain.ts';
import { createSampler } from './createSampler.ts';
import { GrammarSampler } from './grammarSampler.ts';
import { DEFAULT_SAMPLER_PARAMS, type SamplerParams } from './params.ts';

const N_VOCAB = 97;
const EOG = 0;
/** Token 0 ends generation, 1 is special, the others are the printable characters of ASCII. */
const vocabulary = grammarVocabulary(
  Array.from({ length: N_VOCAB }, (_, id) => (id < 2 ? new Uint8Array() : Uint8Array.of(0x20 + id - 2))),
  [EOG],
);
const idOf = (char: string): TokenId => char.charCodeAt(0) - 0x20 + 2;
const textOf = (tokens: readonly TokenId[]): string =>
  tokens.map(id => (id === EOG ? '$' : String.fromCharCode(0x20 + id - 2))).join('');

function constrained(chain: Sampler, grammar: string, findStart: FindStart | null = null): GrammarSampler {
  const matcher = new GrammarMatcher(parseGrammar(grammar), vocabulary);
  return new GrammarSampler(chain, matcher, EOG, findStart && new GrammarTrigger(findStart));
}

/** Chooses the likeliest token and records its calls. */
class Recorder implements Sampler {
  readonly needs = 'argmax';
  readonly rows: Candidates[] = [];
  readonly accepted: TokenId[] = [];

  accept(token: TokenId): void {
    this.accepted.push(token);
  }

  sample(row: Candidates): TokenId {
    this.rows.push(row);
    return row.ids[row.logits.indexOf(Math.max(...row.logits))];
  }

  survivors() {
    return [];
  }
}

/** Logits that prefer the characters of `text`, the first one most. */
function row(text: string): Candidates {
  const logits = Float32Array.from({ length: N_VOCAB }, (_, id) => {
    const at = text.indexOf(String.fromCharCode(0x20 + id - 2));
    return at < 0 ? -5 : 5 - at;
  });
  return { ids: Int32Array.from(logits, (_, id) => id), logits };
}

describe('a grammar with a trigger', () => {
  /** Text that a model produces when it wants to say `wishes`. */
  function say(wishes: string, grammar: string, findStart: FindStart): string {
    const sampler = constrained(new Recorder(), grammar, findStart);
    for (const char of 'a<prompt') sampler.accept(idOf(char));
    const said = [...wishes].map(wish => {
      const token = sampler.sample(row(wish));
      sampler.accept(token);
      return token;
    });
    return textOf(said);
  }
  const at = (mark: string): FindStart => {
    return text => (text.includes(mark) ? text.indexOf(mark) : null);
  };

  it.each([
    { name: 'waits for it', wishes: 'xyz', mark: '<', said: 'xyz' },
    { name: 'holds from it on', wishes: 'x<zb', mark: '<', said: 'x<ab' },
    { name: 'holds from its first character on', wishes: 'x<azz', mark: '<a', said: 'x<ab$' },
    { name: 'lets pass what it cannot begin with', wishes: 'x<<zz', mark: '<<', said: 'x<<zz' },
  ])('$name', ({ wishes, mark, said }) => {
    expect(say(wishes, 'root ::= "<ab"', at(mark))).toBe(said);
  });

  it('may start after the marker that it finds', () => {
    expect(say('x<zzz', 'root ::= "ab"', text => (text.endsWith('<') ? text.length : null))).toBe('x<ab$');
  });
});

describe('a chain with a grammar', () => {
  it('samples once if the grammar accepts the token, and again among the allowed tokens if not', () => {
    const chain = new Recorder();
    const sampler = constrained(chain, 'root ::= [ab] [cd]');
    const first = row('axyz');
    expect(sampler.sample(first)).toBe(idOf('a'));
    expect(chain.rows).toEqual([first]);
    sampler.accept(idOf('a'));

    const second = row('axdc');
    const before = [...second.logits];
    expect(sampler.sample(second)).toBe(idOf('d'));
    expect([...second.logits]).toEqual(before);
    expect(chain.rows).toHaveLength(3);
    const finite = [...chain.rows[2].logits.entries()].filter(([, logit]) => logit > -Infinity);
    expect(finite).toEqual([
      [idOf('c'), 2],
      [idOf('d'), 3],
    ]);
  });

  it('shows the prompt to the chain and not to the grammar', () => {
    const chain = new Recorder();
    const sampler = constrained(chain, 'root ::= "ab"');
    for (const char of 'xyz') sampler.accept(idOf(char));
    const text: TokenId[] = [];
    for (let i = 0; i < 3; i++) {
      text.push(sampler.sample(row('xyz')));
      sampler.accept(text[i]);
    }
    expect(textOf(text)).toBe('ab$');
    expect(chain.accepted).toEqual([...[...'xyz'].map(idOf), ...text]);
  });

  it('asks for all logits', () => {
    expect(constrained(new Recorder(), 'root ::= "a"').needs).toBe('logits');
  });

  it.each<[string, Partial<SamplerParams>]>([
    ['greedy', { temperature: 0 }],
    ['with the defaults', {}],
    ['with mirostat', { mirostat: 1 }],
    ['with mirostat 2', { mirostat: 2 }],
  ])('ends the text when nothing else is allowed and the end is banned, %s', (_, sampling) => {
    const logitBias = [{ token: EOG, bias: Number.NEGATIVE_INFINITY }];
    const chain = createSampler({ ...DEFAULT_SAMPLER_PARAMS, seed: 1, ...sampling, logitBias }, N_VOCAB);
    const sampler = constrained(chain, 'root ::= "a"');
    const tokens = [0, 1].map(() => {
      const token = sampler.sample(row('xyz'));
      sampler.accept(token);
      return token;
    });
    expect(textOf(tokens)).toBe('a$');
  });
});

describe('speculation with a grammar', () => {
  const grammar =
    'root ::= "{" pair ("," pair)* "}"\npair ::= key ":" [0-9]{1,3}\nkey ::= "\\"" [a-z]+ "\\""';

  async function run(sampling: Partial<SamplerParams>, draft: FakeModelOptions | null) {
    const chain = createSampler({ ...DEFAULT_SAMPLER_PARAMS, seed: 7, ...sampling }, N_VOCAB);
    const sampler = constrained(chain, grammar);
    const prompt = [5, 6, 7];
    for (const token of prompt) sampler.accept(token);
    const drafts = draft && new DraftModel(new FakeForwardPass(draft));
    const decoder = new Decoder(new FakeForwardPass({ scale: 2 }), drafts, { nBatch: 16 });
    const speculative = { nMin: 0, nMax: 6, pMin: 0 };
    const sequence: Sequence = {
      ...{ slot: 0, tokens: [...prompt], nPast: 0, sampler, probs: null, speculative, nRemain: 60 },
    };
    const sampled: TokenId[] = [];
    while (sampled.length < 60 && !sampled.includes(EOG)) {
      const [result] = await decoder.step([sequence]);
      sampled.push(...result.sampled.map(({ token }) => token));
      sequence.nRemain = 60 - sampled.length;
    }
    const end = sampled.indexOf(EOG);
    return textOf(end < 0 ? sampled : sampled.slice(0, end + 1));
  }

  it.each<[string, Partial<SamplerParams>]>([
    ['greedy', { temperature: 0 }],
    ['the defaults', {}],
    ['a high temperature', { temperature: 2, topK: 0, topP: 1, minP: 0 }],
    ['penalties', { repeatPenalty: 1.3, presencePenalty: 0.4 }],
    ['mirostat', { mirostat: 2 }],
  ])('gives the same text as without, with %s', async (_, sampling) => {
    const plain = await run(sampling, null);
    expect(plain).toMatch(/^\{"[a-z]+/);
    if (plain.endsWith('$')) expect(plain).toMatch(/^\{"[a-z]+":\d{1,3}(,"[a-z]+":\d{1,3})*\}\$$/);
    for (const draft of [{ scale: 2 }, { scale: 2, disagreement: 0.3 }, { seed: 99 }]) {
      expect(await run(sampling, draft)).toBe(plain);
    }
  });
});

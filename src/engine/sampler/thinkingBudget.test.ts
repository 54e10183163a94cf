import { describe, expect, it } from 'vitest';
import type { TokenId } from '../../forward/forward.ts';
import type { Sampler } from './chain.ts';
import { ThinkingBudget, type ThinkingBudgetOptions } from './thinkingBudget.ts';

const [START, END, WORD, HALF, HINT] = [1, 2, 3, 4, 5];

/** Tokens that a model produces when it wants to say `wishes`, and the number of draws of its chain. */
function say(wishes: readonly TokenId[], options: Partial<ThinkingBudgetOptions>, endAt?: number) {
  let nDraws = 0;
  const chain: Sampler = {
    needs: 'logits',
    accept: () => {},
    sample: () => wishes[nDraws++],
    survivors: () => [],
  };
  const sampler = new ThinkingBudget(chain, {
    start: [START],
    end: [END],
    forced: [END],
    budget: Number.POSITIVE_INFINITY,
    isOpen: false,
    endsWithinCharacter: token => token === HALF,
    ...options,
  });
  // A prompt may contain a thinking section of its own.
  sampler.accept(START);
  const said = wishes.map((_, i) => {
    if (i === endAt) sampler.endThinking();
    const token = sampler.sample({ ids: new Int32Array(), logits: new Float32Array() });
    sampler.accept(token);
    return token;
  });
  return { said, nDraws };
}

const words = (n: number) => new Array<number>(n).fill(WORD);

describe('a budget of thoughts', () => {
  it.each<{ name: string; wishes: number[]; options: Partial<ThinkingBudgetOptions>; said: number[] }>([
    { name: 'counts no other tokens', wishes: words(5), options: { budget: 2 }, said: words(5) },
    {
      name: 'ends thoughts',
      wishes: [START, ...words(5)],
      options: { budget: 2 },
      said: [START, WORD, WORD, END, WORD, WORD],
    },
    {
      name: 'leaves shorter thoughts alone',
      wishes: [START, WORD, END, ...words(4)],
      options: { budget: 2 },
      said: [START, WORD, END, ...words(4)],
    },
    {
      name: 'of 0 ends them at once',
      wishes: words(3),
      options: { budget: 0, isOpen: true },
      said: [END, WORD, WORD],
    },
    {
      name: 'says what it is told to',
      wishes: words(4),
      options: { budget: 1, isOpen: true, forced: [HINT, END] },
      said: [WORD, HINT, END, WORD],
    },
    {
      name: 'does not end within a character',
      wishes: [HALF, HALF, ...words(3)],
      options: { budget: 1, isOpen: true },
      said: [HALF, HALF, WORD, END, WORD],
    },
    {
      name: 'is there for each thinking',
      wishes: [WORD, END, START, ...words(3)],
      options: { budget: 2, isOpen: true },
      said: [WORD, END, START, WORD, WORD, END],
    },
    {
      name: 'knows tags of several tokens',
      wishes: [WORD, START, START, ...words(4)],
      options: { budget: 1, start: [START, START], forced: [HINT, END], end: [HINT, END] },
      said: [WORD, START, START, WORD, HINT, END, WORD],
    },
  ])('$name', ({ wishes, options, said }) => {
    expect(say(wishes, options)).toEqual({ said, nDraws: wishes.length });
  });

  it('can be cut short', () => {
    expect(say(words(4), { isOpen: true }, 2).said).toEqual([WORD, WORD, END, WORD]);
    expect(say(words(4), { isOpen: false }, 2).said).toEqual(words(4));
  });
});

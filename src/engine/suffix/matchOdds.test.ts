import { expect, it } from 'vitest';
import { type Evidence, MatchOdds } from './matchOdds.ts';

const PLAIN: Evidence = { length: 4, nPlaces: 1, nVotes: 1, isOwn: true };

it.each<[string, Partial<Evidence>, boolean]>([
  ['the same evidence', {}, true],
  ['a longer match', { length: 5 }, false],
  ['a shorter match', { length: 3 }, false],
  ['an earlier text', { isOwn: false }, false],
  ['several places that agree', { nPlaces: 3, nVotes: 3 }, false],
  ['most of several places', { nPlaces: 4, nVotes: 3 }, false],
  ['few of several places', { nPlaces: 4, nVotes: 1 }, false],
])('what is learned about one kind of evidence tells about %s: %j, %j', (_, other, isSame) => {
  const odds = new MatchOdds();
  const evidence = { ...PLAIN, ...other };
  const before = odds.likelihood(evidence);
  for (let i = 0; i < 200; i++) odds.record(PLAIN, false);
  if (isSame) expect(odds.likelihood(evidence)).toBeLessThan(0.2);
  else expect(odds.likelihood(evidence)).toBe(before);
});

it('matches of very many tokens are one class', () => {
  const odds = new MatchOdds();
  for (let i = 0; i < 200; i++) odds.record({ ...PLAIN, length: 40 }, false);
  expect(odds.likelihood({ ...PLAIN, length: 4000 })).toBeLessThan(0.2);
});

it('likelihoods follow a text that changes', () => {
  const odds = new MatchOdds();
  for (let i = 0; i < 1000; i++) odds.record(PLAIN, true);
  expect(odds.likelihood(PLAIN)).toBeGreaterThan(0.9);
  for (let i = 0; i < 100; i++) odds.record(PLAIN, i % 2 === 0);
  expect(odds.likelihood(PLAIN)).toBeCloseTo(0.5, 0);
  expect(odds.likelihood(PLAIN)).toBeLessThan(0.65);
});

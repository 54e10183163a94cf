import { expect, it } from 'vitest';
import { ForetokenError } from '../../../client/index.ts';
import { hubProblem } from './hubProblem.ts';
import { jobProblem } from './jobProblem.ts';

const failed = (details: Record<string, number | boolean>) =>
  new ForetokenError('fetch_failed', 'raw', details);

it.each([
  ['a gate', failed({ status: 401, isGated: true }), /gated.*enter a token.*copy by another author/],
  ['no right', failed({ status: 401 }), /no such repository, or it needs a login.*enter a token/],
  ['a wrong name', failed({ status: 404 }), /Check the name/],
  ['too many requests', failed({ status: 429 }), /Wait a few minutes/],
  ['no connection', failed({ status: 0 }), /cannot be reached/],
  ['a fault of the Hub', failed({ status: 503 }), /Try again later/],
  ['something else', new ForetokenError('invalid_gguf', 'no GGUF'), /^no GGUF$/],
])('%s is told in plain words, with what to do', (_, error, text) => {
  expect(hubProblem(error, true)).toMatch(text);
});

it('without a network everything else is beside the point', () => {
  expect(hubProblem(failed({ status: 0 }), false)).toMatch(/^You are offline/);
});

it.each([
  ['a full disk', new ForetokenError('quota_exceeded', 'raw'), /Delete other models/],
  ['a lost connection', failed({ presentBytes: 5 }), /resume when the network is back/],
  ['a wrong digest', new ForetokenError('digest_mismatch', 'differs'), /Delete it and try again/],
  ['a private window', new ForetokenError('store_unavailable', 'raw'), /without keeping it/],
  ['a missing repository', failed({ status: 404 }), /Check the name/],
])('a download that ends by %s says what to do next', (_, error, text) => {
  expect(jobProblem(error, true)).toMatch(text);
});

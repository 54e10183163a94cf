import { expect, it } from 'vitest';
import { linkTo, readDeepLink } from './deepLink.ts';

const url = (name: string) => ({ kind: 'url', url: name });

it.each([
  { search: '', choices: null, of: 'the models of the last visit' },
  {
    search: '?model=hf:a/b:Q4_0',
    choices: { target: url('hf:a/b:Q4_0'), draft: { kind: 'none' }, nCtx: null },
    of: 'a model',
  },
  {
    search: '?model=bundled',
    choices: { target: { kind: 'bundled' }, draft: { kind: 'none' }, nCtx: null },
    of: 'the bundled one',
  },
  {
    search: '?model=hf:a/b&draft=hf:c/d',
    choices: { target: url('hf:a/b'), draft: url('hf:c/d'), nCtx: null },
    of: 'a pair',
  },
])('$search asks for $of', ({ search, choices }) => {
  const link = readDeepLink(search);
  expect(link.choices).toEqual(choices);
  if (link.choices) expect(readDeepLink(linkTo(link.choices) ?? '').choices).toEqual(choices);
});

it('a link says in plain letters where the models come from', () => {
  const { choices } = readDeepLink('?model=hf:a/b:Q4_0&draft=bundled');
  expect(choices && linkTo(choices)).toBe('?model=hf:a/b:Q4_0&draft=bundled');
});

it('files have no link', () => {
  const files = { kind: 'files', files: new Blob() } as const;
  expect(linkTo({ target: files, draft: { kind: 'none' }, nCtx: null })).toBeNull();
});

it('has a prompt and a system prompt', () => {
  expect(readDeepLink('?prompt=Is+it%3F&system=Be%20short.')).toMatchObject({
    prompt: 'Is it?',
    system: 'Be short.',
  });
});

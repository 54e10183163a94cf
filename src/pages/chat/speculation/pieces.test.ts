import { describe, expect, it } from 'vitest';
import type { SpeculationTrace } from '../../../client/index.ts';
import { RECORDED_TRACE } from './fixtures/recorded.ts';
import { traceOf } from './fixtures/traces.ts';
import { PieceReader } from './pieces.ts';
import { originOf } from './TokenDetails.tsx';

const TRACE = traceOf('The', [
  ['draft-simple', [' owl', ' was', ' wise'], 3, '.', 10],
  ['ngram-mod', [' The', ' owl', ' was'], 1, ' fox', 12],
  ['ngram-simple', [' ran'], 0, ' sat', 9],
  [null, [], 0, ' down', 5],
]);

const beginningOf = ({ tokens, rounds }: SpeculationTrace, nTokens: number): SpeculationTrace => ({
  tokens: tokens.slice(0, nTokens),
  rounds: rounds.slice(0, (tokens[nTokens - 1].round ?? -1) + 1),
});

describe('the pieces of a trace', () => {
  it('are its text, with what was refused where the model chose another token', () => {
    const pieces = new PieceReader().read(TRACE);
    expect(pieces.map(({ text }) => text).join('')).toBe('The owl was wise. The fox sat down');
    expect(
      pieces.filter(({ rejected }) => rejected !== '').map(({ text, rejected }) => [text, rejected]),
    ).toEqual([
      [' fox', ' owl was'],
      [' sat', ' ran'],
    ]);
  });

  it.each([
    ['The', 'sampled at the end of the prompt'],
    [' was', 'draft model, token 2 of 3, round 1'],
    ['.', 'sampled behind 3 accepted tokens of a draft, round 1'],
    [' The', 'n-gram table, token 1 of 3, round 2'],
    [' fox', 'sampled in place of token 2 of 3 of a draft, round 2'],
    [' sat', 'sampled in place of token 1 of 1 of a draft, round 3'],
    [' down', 'sampled without a draft, round 4'],
  ])('%j was %s', (text, origin) => {
    const piece = new PieceReader().read(TRACE).find(candidate => candidate.text === text);
    expect(piece && originOf(piece)).toBe(origin);
  });

  it('of a trace that grows remain the same objects, and of another trace are new', () => {
    const reader = new PieceReader();
    const whole = new PieceReader().read(RECORDED_TRACE);
    let before = reader.read(beginningOf(RECORDED_TRACE, 1));
    for (let n = 2; n <= RECORDED_TRACE.tokens.length; n++) {
      const pieces = reader.read(beginningOf(RECORDED_TRACE, n));
      for (const [i, piece] of before.entries()) expect(pieces[i]).toBe(piece);
      before = pieces;
    }
    expect(before).toEqual(whole);
    expect(reader.read(RECORDED_TRACE)).toBe(before);
    expect(reader.read(TRACE)).toEqual(new PieceReader().read(TRACE));
  });

  it('begin with the first word', () => {
    const pieces = new PieceReader().read(
      traceOf('\n', [
        [null, [], 0, ' The', 1],
        [null, [], 0, ' owl', 1],
      ]),
    );
    expect(pieces.map(({ text }) => text)).toEqual(['', 'The', ' owl']);
  });

  it('join the bytes of a character that several tokens share', () => {
    const bytes = [...new TextEncoder().encode('🦉')];
    const tokens = bytes.map(byte => ({
      ...{ id: byte, token: '', bytes: [byte] },
      ...{ source: 'target' as const, round: null },
    }));
    const pieces = new PieceReader().read({ tokens, rounds: [] });
    expect(pieces.map(({ text }) => text)).toEqual(['', '', '', '🦉']);
  });
});

import { describe, expect, it } from 'vitest';
import { StatePositions } from './statePositions.ts';

const RING = 8;
const span = (start: number, end: number) => ({ slot: 0, start, end });

/** States of two slots, of which slot 0 has decoded these spans. */
function decoded(...spans: readonly (readonly [number, number])[]): StatePositions {
  const states = new StatePositions(2, RING);
  for (const [start, end] of spans) states.write(span(start, end));
  return states;
}

describe('the hidden states of a slot', () => {
  it.each<{ what: string; spans: [number, number][]; from: number }>([
    { what: 'a prompt that the ring holds', spans: [[0, 8]], from: 0 },
    { what: 'a longer prompt', spans: [[0, 12]], from: 4 },
    {
      what: 'a prompt in batches',
      spans: [
        [0, 6],
        [6, 12],
      ],
      from: 4,
    },
    {
      what: 'a draft of which a part is decoded again',
      spans: [
        [0, 6],
        [6, 10],
        [7, 9],
      ],
      from: 2,
    },
    {
      what: 'another sequence',
      spans: [
        [0, 12],
        [0, 3],
      ],
      from: 0,
    },
    {
      what: 'a sequence whose cache was restored',
      spans: [
        [0, 3],
        [20, 21],
      ],
      from: 20,
    },
    {
      what: 'an earlier position than the ring has',
      spans: [
        [0, 20],
        [4, 6],
      ],
      from: 4,
    },
  ])('begin at $from behind $what', ({ spans, from }) => {
    expect(decoded(...spans).from(0)).toBe(from);
  });

  it('are fewer once a head has written its own beyond them', () => {
    const states = decoded([0, 6]);
    states.claim(0, 10);
    expect(states.from(0)).toBe(2);
  });

  it('end where the slot was cut, so that a later position begins anew', () => {
    const states = decoded([0, 6]);
    states.truncate(0, 2);
    states.write(span(4, 5));
    expect(states.from(0)).toBe(4);
  });

  it('go to a copy of the slot, up to the positions that it shares', () => {
    const states = decoded([0, 12]);
    states.copy(0, 1, 9);
    expect(states.from(1)).toBe(4);
    states.write({ slot: 1, start: 9, end: 10 });
    expect(states.from(1)).toBe(4);
    states.write({ slot: 1, start: 12, end: 13 });
    expect(states.from(1)).toBe(12);
  });
});

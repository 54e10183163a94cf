import { describe, expect, it } from 'vitest';
import { floatToHalf, halfToFloat } from '../quant/f16.ts';
import { randomValues } from '../quant/randomValues.ts';
import { PAGE_POSITIONS } from '../util/kvPage.ts';
import { ropeTable } from '../util/ropeTable.ts';
import { kShift } from './kShift.ts';
import { kvOffset, loadKv } from './kvCache.ts';
import { kvStore } from './kvStore.ts';
import { type RopeLayout, rope } from './rope.ts';

const LAYOUTS: RopeLayout[] = ['norm', 'neox'];

describe('rope', () => {
  // A quarter turn per position for pair 0, none for pair 1.
  const quarter = Float32Array.of(1, 0, 1, 0, 0, 1, 1, 0);

  it('rotates neighbours in the norm layout', () => {
    const shape = { layout: 'norm', headDim: 4, nRot: 4 } as const;
    expect([...rope(Float32Array.of(1, 2, 3, 4), quarter, [1], shape)]).toEqual([-2, 1, 3, 4]);
  });

  it('rotates values half a rotation apart in the neox layout', () => {
    const shape = { layout: 'neox', headDim: 4, nRot: 4 } as const;
    expect([...rope(Float32Array.of(1, 2, 3, 4), quarter, [1], shape)]).toEqual([-3, 2, 1, 4]);
  });

  it.each(LAYOUTS)('leaves the values of a head beyond nRot unchanged, %s', layout => {
    const x = randomValues(2 * 8, 1); // two heads
    const turned = rope(x, ropeTable(6, { nRot: 4, base: 10000 }), [5], { layout, headDim: 8, nRot: 4 });
    for (const head of [0, 8]) {
      expect([...turned.subarray(head + 4, head + 8)]).toEqual([...x.subarray(head + 4, head + 8)]);
      expect(turned[head]).not.toBe(x[head]);
    }
  });

  it.each(LAYOUTS)('keeps the norm of a head and depends only on relative positions, %s', layout => {
    const shape = { layout, headDim: 16, nRot: 16 };
    const table = ropeTable(512, { nRot: 16, base: 10000 });
    const [q, k] = [randomValues(16, 2), randomValues(16, 3)];
    const at = (x: Float32Array, position: number) => rope(x, table, [position], shape);
    expect(inner(at(q, 300), at(q, 300))).toBeCloseTo(inner(q, q), 5);
    expect(inner(at(q, 411), at(k, 400))).toBeCloseTo(inner(at(q, 11), k), 5);
  });

  it('rotates each row to its own position', () => {
    const shape = { layout: 'norm', headDim: 4, nRot: 4 } as const;
    const table = ropeTable(10, { nRot: 4, base: 10000 });
    const x = randomValues(8, 4); // two rows of one head
    const rows = [9, 2].map((position, row) =>
      rope(x.subarray(4 * row, 4 * row + 4), table, [position], shape),
    );
    expect([...rope(x, table, [9, 2], shape)]).toEqual(rows.flatMap(row => [...row]));
  });
});

const KV = { pageTables: [[0], [1]], nKvHead: 2, headDim: 8 };
const CACHE_LENGTH = 2 * PAGE_POSITIONS * 16;
const CACHES = [
  { type: 'f32', create: () => new Float32Array(CACHE_LENGTH), round: (value: number) => value },
  {
    type: 'f16',
    create: () => new Uint16Array(CACHE_LENGTH),
    round: (value: number) => halfToFloat(floatToHalf(value)),
  },
];

it.each([
  [{ slot: 0, position: 0 }, 2 * PAGE_POSITIONS],
  [{ slot: 0, position: PAGE_POSITIONS - 1 }, 3 * PAGE_POSITIONS - 1],
  [{ slot: 0, position: PAGE_POSITIONS }, 0],
  [{ slot: 1, position: 5 }, PAGE_POSITIONS + 5],
])('%o lies in cell %i when slot 0 has the pages 2 and 0', (place, cell) => {
  expect(kvOffset({ ...KV, pageTables: [[2, 0], [1]] }, place)).toBe(16 * cell);
});

describe.each(CACHES)('an $type cache', ({ create, round }) => {
  it('stores a row only at its slot and position', () => {
    const cache = create();
    const x = randomValues(2 * 16, 5);
    const rows = [
      { slot: 1, position: 3 },
      { slot: 0, position: 11 },
    ];
    kvStore(cache, x, rows, KV);
    rows.forEach((place, row) => {
      const from = kvOffset(KV, place);
      for (let i = 0; i < 16; i++) expect(loadKv(cache, from + i)).toBe(round(x[16 * row + i]));
    });
    expect(cache.filter(value => value !== 0).length).toBe(32);
  });

  it.each(LAYOUTS)('shifts K to its value at the new position, and V unchanged, %s', layout => {
    const [kCache, vCache] = [create(), create()];
    const rotation = { layout, nRot: 6 };
    const table = ropeTable(12, { nRot: 6, base: 10000 });
    const k = randomValues(12 * 16, 7);
    const v = randomValues(12 * 16, 8);
    for (let position = 0; position < 12; position++) {
      const rows = [{ slot: 1, position }];
      const row = k.subarray(16 * position, 16 * position + 16);
      kvStore(kCache, rope(row, table, [position], { ...rotation, headDim: 8 }), rows, KV);
      kvStore(vCache, v.subarray(16 * position, 16 * position + 16), rows, KV);
    }
    const before = { k: kCache.slice(), v: vCache.slice() };
    kShift(kCache, vCache, table, KV, rotation, { slot: 1, keep: 2, discard: 3, end: 11 });

    // Half precision rounds K at the old position and again at the new one.
    const tolerance = kCache instanceof Uint16Array ? 2 ** -9 : 1e-6;
    for (let position = 2; position < 8; position++) {
      const source = 16 * (position + 3);
      const turned = rope(k.subarray(source, source + 16), table, [position], { ...rotation, headDim: 8 });
      const at = kvOffset(KV, { slot: 1, position });
      for (let i = 0; i < 16; i++) {
        expect(Math.abs(loadKv(kCache, at + i) - turned[i])).toBeLessThan(tolerance);
        expect(loadKv(vCache, at + i)).toBe(round(v[source + i]));
      }
    }
    const kept = kvOffset(KV, { slot: 1, position: 2 });
    const stale = kvOffset(KV, { slot: 1, position: 8 });
    for (const [after, initial] of [
      [kCache, before.k],
      [vCache, before.v],
    ]) {
      expect(after.subarray(0, kept)).toEqual(initial.subarray(0, kept));
      expect(after.subarray(stale)).toEqual(initial.subarray(stale));
    }
  });
});

function inner(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

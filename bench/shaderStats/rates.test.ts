import { describe, expect, it } from 'vitest';
import type { Analysis, Loop } from './assembly/analyse.ts';
import { type Counts, countInstructions } from './assembly/counts.ts';
import { GPUS } from './gpus.ts';
import type { Product } from './kernel.ts';
import { ratesOf } from './rates.ts';
import { residentPercent, storageBytes } from './residency.ts';

const NOTHING = countInstructions([]);
const PRODUCT: Product = {
  type: 'Q4_0',
  weightBytes: 0.5625,
  weightsPerInvocation: 256,
  rows: 1,
  weightRows: 1,
};

/** Analysis of a kernel with one loop and `outside` arithmetic instructions around it. */
function analysisOf(counts: Partial<Counts>, outside = 0): Analysis {
  const hot: Loop = { ...NOTHING, ...counts, isInnermost: true, parent: null };
  const instructions = hot.instructions + outside;
  return { hot, loops: [hot], all: { ...hot, instructions, alu: hot.alu + outside } };
}

describe('rates of a product', () => {
  const block = { fma: 58, alu: 144, instructions: 160, loads: { 32: 1, 128: 9 } };
  it('count what is outside the loop once for all trips', () => {
    const rates = ratesOf(GPUS.navi31, PRODUCT, analysisOf(block, 128));
    expect(rates).toMatchObject({
      weightsPerTrip: 32,
      aluPerWeight: 4.5,
      slotsPerWeight: 5,
      bytesPerWeight: 4.63,
    });
  });

  const trips = [
    { what: 'one block', rows: 1, fma: 58, loads: { 32: 1, 128: 9 }, weights: 32 },
    { what: 'two blocks of one row', rows: 1, fma: 116, loads: { 32: 2, 128: 18 }, weights: 64 },
    { what: 'a block for eight rows', rows: 8, fma: 282, loads: { 32: 1, 128: 65 }, weights: 32 },
    {
      what: 'a block whose weights are unpacked by multiply-adds',
      rows: 1,
      fma: 65,
      loads: { 16: 1, 128: 1 },
      weights: 32,
    },
    {
      what: 'a block whose weights and indices take multiply-adds',
      rows: 1,
      fma: 80,
      loads: { 32: 1, 128: 9 },
      weights: 32,
    },
    { what: 'a part of a tile from workgroup storage', rows: 64, fma: 16, loads: {}, weights: 0.25 },
  ];
  it.each(trips)('find the weights of a trip of $what', ({ rows, fma, loads, weights }) => {
    const counts = { fma, alu: fma, instructions: fma, loads };
    expect(ratesOf(GPUS.navi31, { ...PRODUCT, rows }, analysisOf(counts))).toMatchObject({
      weightsPerTrip: weights,
    });
  });

  it('are null for a kernel that was unrolled whole', () => {
    expect(ratesOf(GPUS.navi31, PRODUCT, { all: NOTHING, loops: [], hot: null })).toBeNull();
  });

  it('count conversions on the pipe that does a few of them at a time', () => {
    const counts = { ...block, cvt: 32, int: 20 };
    expect(ratesOf(GPUS.ada, PRODUCT, analysisOf(counts))?.slotsPerWeight).toBe(8);
  });
});

describe('workgroup storage', () => {
  const rows = [
    { type: 'f32', bytes: 4 },
    { type: 'array<f32, 2 * WORKGROUP_SIZE>', bytes: 512 },
    { type: 'array<vec4<f32>, TILE * 3u + 1u>', bytes: 16 * 193 },
    { type: 'array<atomic<u32>, 256>', bytes: 1024 },
    { type: 'array<array<vec2<f32>, 4>, 8>', bytes: 256 },
  ];
  it.each(rows)('of $type takes $bytes bytes', ({ type, bytes }) => {
    const code = `const TILE = 64u;\nvar<workgroup> shared_values: ${type};`;
    expect(storageBytes({ code, constants: { WORKGROUP_SIZE: 64 } })).toBe(bytes);
  });

  it('limits the invocations that a core can hold, as registers do', () => {
    const kernel = { code: 'var<workgroup> a: array<f32, 2048>;', constants: {}, workgroupSize: 64 };
    const on = (occupancy: number, code = kernel.code) =>
      residentPercent(GPUS.navi31, { ...kernel, code }, occupancy);
    expect(on(32)).toBe(25);
    expect(on(4)).toBe(13);
    expect(on(16, '')).toBe(50);
  });
});

import { describe, expect, it } from 'vitest';
import { activate, gated, sparse } from './activation.ts';
import { softcap, softmax } from './vector.ts';

const XIELU = { alphaN: 0, alphaP: 0, beta: 0.5, eps: -1e-6 };
const SOFTPLUS_0 = Math.LN2;

describe('activate', () => {
  it.each([
    ['silu', 'silu', 1, 0.731058579],
    ['silu of a negative value', 'silu', -2, -0.238405844],
    ['gelu', 'gelu', 1, 0.841191991],
    ['gelu of a negative value', 'gelu', -1, -0.158808009],
    ['relu²', 'relu2', 3, 9],
    ['relu² of a negative value', 'relu2', -3, 0],
    ['xIELU', XIELU, 2, 4 * SOFTPLUS_0 + 1],
    ['xIELU of a negative value', XIELU, -1, (Math.exp(-1) - 1 + 1) * (0.5 + SOFTPLUS_0) - 0.5],
  ] as const)('computes %s', (_, activation, x, expected) => {
    expect(activate(activation, Float64Array.of(x))[0]).toBeCloseTo(expected, 8);
  });
});

describe('gated', () => {
  it('multiplies up by the activation of gate', () => {
    expect(gated('relu2', Float64Array.of(3, -1), Float64Array.of(2, 5))).toEqual(Float64Array.of(18, 0));
  });

  it.each([
    { gate: 1, up: 2, expected: (1 / (1 + Math.exp(-1.702))) * 3 },
    { gate: 9, up: 2, expected: (7 / (1 + Math.exp(-1.702 * 7))) * 3 },
    { gate: -9, up: 2, expected: (-9 / (1 + Math.exp(1.702 * 9))) * 3 },
    { gate: 1, up: 9, expected: (1 / (1 + Math.exp(-1.702))) * 8 },
    { gate: 1, up: -9, expected: (1 / (1 + Math.exp(-1.702))) * -6 },
  ])('clamps a gate of $gate above, and $up of up to both sides, for gpt-oss', ({ gate, up, expected }) => {
    expect(gated('oai', Float64Array.of(gate), Float64Array.of(up))[0]).toBeCloseTo(expected, 12);
  });
});

describe('sparse', () => {
  it.each([
    { name: 'all values', deviations: undefined, expected: [1, 2, 3, 6] },
    { name: 'the excess over the mean', deviations: 0, expected: [0, 0, 0, 3] },
    {
      name: 'the excess over a deviation, which divides by one less than their number',
      deviations: 1,
      expected: [0, 0, 0, 3 - Math.sqrt(14 / 3)],
    },
  ])('leaves $name', ({ deviations, expected }) => {
    expect([...sparse(deviations, Float64Array.of(1, 2, 3, 6))]).toEqual(
      expected.map(value => expect.closeTo(value, 12)),
    );
  });
});

describe('softmax', () => {
  it.each([
    { name: 'without a sink', logits: [0, Math.log(3)], expected: [1 / 4, 3 / 4] },
    { name: 'beside a sink', logits: [0, 0], sink: Math.log(2), expected: [1 / 4, 1 / 4] },
    { name: 'far below a sink', logits: [-2000], sink: 2000, expected: [0] },
    { name: 'far above a sink', logits: [2000], sink: -2000, expected: [1] },
  ])('weighs logits $name', ({ logits, sink, expected }) => {
    const weights = softmax(Float64Array.from(logits), sink);
    expect([...weights]).toEqual(expected.map(weight => expect.closeTo(weight, 12)));
  });
});

describe('softcap', () => {
  it.each([
    { cap: null, expected: [1, -100] },
    { cap: 2, expected: [2 * Math.tanh(0.5), -2] },
  ])('bends values towards $cap', ({ cap, expected }) => {
    expect([...softcap(Float64Array.of(1, -100), cap)]).toEqual(expected);
  });
});

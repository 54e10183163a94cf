import { describe, expect, it } from 'vitest';
import { Mt19937 } from './mt19937.ts';

describe('Mt19937', () => {
  it('gives the outputs of std::mt19937 for its default seed', () => {
    const rng = new Mt19937(5489);
    const outputs = Array.from({ length: 10_000 }, () => rng.nextUint32());
    expect(outputs[0]).toBe(3499211612);
    expect(outputs[9999]).toBe(4123659995);
  });

  // Printed by libstdc++'s uniform_real_distribution<double> and <float>.
  it.each([
    [
      42,
      [0.79654298428784598, 0.18343478789336848, 0.77969099761266125],
      [0.37454012, 0.796543002, 0.95071429],
    ],
    [
      1,
      [0.99718480823026556, 0.93255736136816547, 0.128124447772306],
      [0.41702199, 0.997184813, 0.720324516],
    ],
    [
      4242,
      [0.80856906956176955, 0.24104133666036989, 0.45280400731461307],
      [0.324949473, 0.808569074, 0.940414608],
    ],
  ])('draws the uniform numbers of libstdc++ with seed %i', (seed, doubles, floats) => {
    const a = new Mt19937(seed);
    const b = new Mt19937(seed);
    expect(doubles.map(() => a.nextDouble())).toEqual(doubles);
    expect(floats.map(() => b.nextFloat())).toEqual(floats.map(Math.fround));
  });

  it('takes any 32-bit seed', () => {
    expect(new Mt19937(0xfffffffe).nextUint32()).not.toBe(new Mt19937(0xffffffff).nextUint32());
    expect(new Mt19937(-1).nextUint32()).toBe(new Mt19937(0xffffffff).nextUint32());
  });
});

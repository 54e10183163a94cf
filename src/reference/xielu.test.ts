import { expect, it } from 'vitest';
import { xielu } from './xielu.ts';

const CONSTANTS = { alphaP: 3, alphaN: 2, beta: 0.5, eps: -1e-6 };

it.each([
  ['a parabola above zero', 2, 3 * 4 + 0.5 * 2],
  ['bent by an exponential below it', -2, (Math.expm1(-2) + 2) * 2 - 1],
  [
    'near zero below it, by the exponential of eps',
    -(2 ** -24),
    (Math.expm1(-1e-6) + 2 ** -24) * 2 - 2 ** -25,
  ],
])('is %s', (_, x, expected) => {
  expect(xielu(Float32Array.of(x), CONSTANTS)[0]).toBe(Math.fround(expected));
});

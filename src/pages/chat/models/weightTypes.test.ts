import { expect, it } from 'vitest';
import { weightTypeNote } from './weightTypes.ts';

it.each([
  ['Q4_K_M', 'usual choice', true],
  ['UD-Q4_K_XL', 'four bits, more for what matters', true],
  ['Q8_0', 'nearly lossless', true],
  ['MXFP4_MOE', 'as it was trained, four bits', true],
  ['Q4_0', 'four bits', false],
  ['Q5_K_S', 'better than four bits, larger', false],
  ['IQ4_XS', 'four bits, compact', false],
  ['IQ2_XXS', 'two bits, answers suffer', false],
  ['TQ1_0', 'two bits, answers suffer', false],
  ['BF16', 'not compressed, for comparison', false],
])('%s is %s', (type, text, isUsual) => {
  expect(weightTypeNote(type)).toEqual({ text, isUsual });
});

it('a type that is not known has no note', () => {
  expect(weightTypeNote('X9')).toBeNull();
});

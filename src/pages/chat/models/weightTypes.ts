/** Explanation of a type of weights. */
export interface WeightTypeNote {
  readonly text: string;
  /** Whether it is a good choice for most. */
  readonly isUsual: boolean;
}

/** Notes by the beginning of a type's name; the first that matches counts. */
const NOTES: readonly (readonly [RegExp, string, isUsual?: boolean])[] = [
  [/^Q4_K_M$/, 'usual choice', true],
  [/^(UD-)?Q4_K_XL$/, 'four bits, more for what matters', true],
  [/^Q8_0$/, 'nearly lossless', true],
  [/^MXFP4/, 'as it was trained, four bits', true],
  [/^(UD-)?Q[56]/, 'better than four bits, larger'],
  [/^(UD-)?Q8/, 'nearly lossless, larger than Q8_0'],
  [/^(UD-)?IQ4/, 'four bits, compact'],
  [/^(UD-)?Q4/, 'four bits'],
  [/^(UD-)?I?Q3/, 'three bits, answers suffer a little'],
  [/^(UD-)?I?Q2|^TQ/, 'two bits, answers suffer'],
  [/^(UD-)?I?Q1/, 'one bit, answers suffer a lot'],
  [/^(BF16|F16|FP16)$/, 'not compressed, for comparison'],
  [/^(F32|FP32)$/, 'not compressed, twice as large as needed'],
];

/** Explains a type such as `Q4_K_M` in a few words; null for one that is not known. */
export function weightTypeNote(type: string): WeightTypeNote | null {
  const note = NOTES.find(([pattern]) => pattern.test(type));
  return note ? { text: note[1], isUsual: note[2] ?? false } : null;
}

import * as Type from 'typebox';
import { UNMEASURED } from '../status.ts';

/** Name or id, on one line. */
export const Name = Type.String({ minLength: 1, maxLength: 300 });
/** Text from a browser or another source; may be empty, like many fields of an adapter. */
export const Label = Type.String({ maxLength: 1000 });
/** Message for people. */
export const Message = Type.String({ minLength: 1, maxLength: 20_000 });
export const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
/** Number that cannot be negative. */
export const Amount = Type.Number({ minimum: 0 });
export const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
export const Timestamp = Type.String({
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?Z$',
  maxLength: 40,
});

/** Number from a GPU; JSON has no notation for values that are not finite. */
export const Real = Type.Union([Type.Number(), oneOf(['NaN', 'Infinity', '-Infinity'])]);
export type Real = Type.Static<typeof Real>;

/** Schema of a string that is one of `words`. */
export function oneOf<Word extends string>(words: readonly Word[]): Type.TEnum<Word[]> {
  return Type.Enum<Word[]>(words, { type: 'string' });
}

/** Figures of repeated measurements, in the order in which they were taken. See `measured` in samples.ts. */
export const SAMPLES = {
  samples: Type.Array(Type.Number({ exclusiveMinimum: 0 }), { minItems: 1, maxItems: 1000 }),
  median: Type.Number({ exclusiveMinimum: 0 }),
  /** (largest − smallest) ÷ median. */
  spread: Amount,
  /** Whether the spread is so large that the median means little. */
  noisy: Type.Boolean(),
};

/** Fields of a failed measurement. */
export const FAILURE = { status: oneOf(UNMEASURED), message: Message };

/** Repeated measurements, or the reason why there are none. The field's name contains the unit. */
export const Measurement = Type.Union([
  Type.Object({ status: Type.Literal('success'), ...SAMPLES }),
  Type.Object(FAILURE),
]);
export type Measurement = Type.Static<typeof Measurement>;

/** SHA-256 of the complete text that was compiled for a kernel; provenance has a hash of each file. */
export const SHADER = { shader: Type.Optional(Sha256) };

/** Axes of a kernel case, by name. */
export const Parameters = Type.Record(
  Type.String({ maxLength: 100 }),
  Type.Union([Type.String({ maxLength: 300 }), Type.Number(), Type.Boolean()]),
  { maxProperties: 50 },
);
export type Parameters = Type.Static<typeof Parameters>;

/** Identity of a kernel case: rows of two reports with all of this in common are the same case. */
export const KERNEL_CASE = {
  /** Id as in the case table and in links to one case: `mul_mat:weight=Q4_0,rows=3`. */
  id: Name,
  kernel: Name,
  weightType: Type.Optional(Name),
  /** `base`, or the feature that it needs from the adapter: `subgroups`, `f16`, … */
  variant: Name,
  /** Name of the tuning, which fixes the order of sums. */
  tuning: Name,
  parameters: Parameters,
};

import * as Type from 'typebox';
import { UNMEASURED } from '../status.ts';

/** A name or an id: one line. */
export const Name = Type.String({ minLength: 1, maxLength: 300 });
/** What something says for itself; may be empty, as much of what a browser tells of an adapter is. */
export const Label = Type.String({ maxLength: 1000 });
/** A message for people. */
export const Message = Type.String({ minLength: 1, maxLength: 20_000 });
export const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
/** A figure that cannot be negative. */
export const Amount = Type.Number({ minimum: 0 });
export const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
export const Timestamp = Type.String({
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?Z$',
  maxLength: 40,
});

/** A number as a GPU may give it: JSON has no words for those that are not finite. */
export const Real = Type.Union([Type.Number(), oneOf(['NaN', 'Infinity', '-Infinity'])]);
export type Real = Type.Static<typeof Real>;

/** A string that is one of `words`. */
export function oneOf<Word extends string>(words: readonly Word[]): Type.TEnum<Word[]> {
  return Type.Enum<Word[]>(words, { type: 'string' });
}

/** The figures of repeated measurements, in the order in which they were taken. See `measured` in samples.ts. */
export const SAMPLES = {
  samples: Type.Array(Type.Number({ exclusiveMinimum: 0 }), { minItems: 1, maxItems: 1000 }),
  median: Type.Number({ exclusiveMinimum: 0 }),
  /** (largest − smallest) ÷ median. */
  spread: Amount,
  /** Whether the spread is so large that the median means little. */
  noisy: Type.Boolean(),
};

/** The fields of what could not be measured. */
export const FAILURE = { status: oneOf(UNMEASURED), message: Message };

/** Repeated measurements, or why there are none. The unit is in the name of the field. */
export const Measurement = Type.Union([
  Type.Object({ status: Type.Literal('success'), ...SAMPLES }),
  Type.Object(FAILURE),
]);
export type Measurement = Type.Static<typeof Measurement>;

/** SHA-256 of the text that was compiled for a kernel: all of it, where provenance has a hash of each file. */
export const SHADER = { shader: Type.Optional(Sha256) };

/** What one kernel case varies, by name. */
export const Parameters = Type.Record(
  Type.String({ maxLength: 100 }),
  Type.Union([Type.String({ maxLength: 300 }), Type.Number(), Type.Boolean()]),
  { maxProperties: 50 },
);
export type Parameters = Type.Static<typeof Parameters>;

/** What names a case of a kernel: rows of two reports with all of this in common are the same case. */
export const KERNEL_CASE = {
  /** As in the case table and in links to one case: `mul_mat:weight=Q4_0,rows=3`. */
  id: Name,
  kernel: Name,
  weightType: Type.Optional(Name),
  /** `base`, or what of the adapter it needs: `subgroups`, `f16`, … */
  variant: Name,
  /** Name of the choices that fix the order of sums. */
  tuning: Name,
  parameters: Parameters,
};

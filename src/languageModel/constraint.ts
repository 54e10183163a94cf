import { domError } from './errors.ts';
import { JsonTextReader } from './jsonText.ts';
import type { LanguageModelPromptOptions } from './shape.ts';

/** Constraint of an answer: the schema for the request, and a reader of the answer's pieces. */
export interface Constraint {
  readonly schema: object;
  /** Returns the text to hand out for the next piece of the answer. */
  read(piece: string): string;
}

/** Flags that do not change the texts that an expression matches from its beginning to its end. */
const HARMLESS_FLAGS = /^[dgu]*$/;

/**
 * Reads `responseConstraint`; null for none. An expression becomes the schema of a JSON string with this `pattern`, and the
 * reader takes the quotes off. Throws `TypeError` for a constraint that is no object, and for `omitResponseConstraintInput`
 * without one; `NotSupportedError` for flags such as `i`.
 */
export function readConstraint(options: LanguageModelPromptOptions): Constraint | null {
  const { responseConstraint: constraint, omitResponseConstraintInput: isOmitted = false } = options;
  if (constraint === undefined) {
    if (isOmitted) throw new TypeError('omitResponseConstraintInput needs a responseConstraint');
    return null;
  }
  if (typeof constraint !== 'object' || constraint === null || Array.isArray(constraint)) {
    throw new TypeError('responseConstraint has to be a JSON schema or a RegExp');
  }
  if (!(constraint instanceof RegExp)) return { schema: constraint, read: piece => piece };
  const { source, flags } = constraint;
  if (!HARMLESS_FLAGS.test(flags)) {
    throw domError(
      'NotSupportedError',
      `a responseConstraint may have the flags d, g and u, but has "${flags}"`,
    );
  }
  const reader = new JsonTextReader();
  return { schema: { type: 'string', pattern: source }, read: piece => reader.push(piece) };
}

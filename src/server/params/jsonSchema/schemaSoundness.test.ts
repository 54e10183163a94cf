import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { beforeAll, describe, expect, it } from 'vitest';
import { Automaton } from '../../../engine/grammar/automaton.ts';
import { parseGrammar } from '../../../engine/grammar/parse.ts';
import { ForetokenError } from '../../../util/errors.ts';
import type { Mode } from './schemas.ts';
import { schemaToGrammar } from './schemaToGrammar.ts';
import { accepts, randomNumbers, randomSchema, randomText, randomValue } from './testSchemas.ts';

const N_SCHEMAS = 500;
const N_TEXTS = 5;
const N_VALUES = 40;
const NOTHING_FITS = /: no value fits$/;

interface Sample {
  readonly schema: object;
  readonly isValid: (value: unknown) => boolean;
  /** Values that fit the schema. */
  readonly valid: readonly unknown[];
  /** Null where the schema is refused, then `refusal` says why. */
  readonly automaton: Automaton | null;
  readonly refusal: string;
}

const ajv = new Ajv2020({ strict: false });
addFormats.default(ajv);

function automatonOf(schema: object, mode: Mode): Automaton {
  return new Automaton(parseGrammar(schemaToGrammar(schema, mode)));
}

function sampleOf(seed: number): Sample {
  const schema = randomSchema(seed);
  const isValid = validity(ajv.compile(schema));
  const random = randomNumbers(seed);
  const valid = Array.from({ length: N_VALUES }, () => randomValue(random)).filter(isValid);
  try {
    return { schema, isValid, valid, automaton: automatonOf(schema, 'strict'), refusal: '' };
  } catch (error) {
    if (!(error instanceof ForetokenError)) throw error;
    return { schema, isValid, valid, automaton: null, refusal: error.message };
  }
}

/** The validator's code for one of some hundred schemas ends with an error of its own: that is no answer. */
function validity(validate: ValidateFunction): (value: unknown) => boolean {
  return value => {
    try {
      return validate(value);
    } catch (error) {
      if (error instanceof TypeError) return true;
      throw error;
    }
  };
}

describe('schemas with constraints beside each other, by the hundred,', { timeout: 120_000 }, () => {
  let samples: readonly Sample[] = [];
  beforeAll(() => {
    samples = Array.from({ length: N_SCHEMAS }, (_, i) => sampleOf(i * 7919 + 1));
  }, 120_000);

  it('have grammars that derive only what fits', () => {
    const wrong: unknown[] = [];
    let nAsked = 0;
    let nTexts = 0;
    for (const [seed, { schema, automaton, isValid }] of samples.entries()) {
      for (let i = 0; i < N_TEXTS && automaton !== null; i++) {
        nAsked++;
        const text = randomText(automaton, seed * N_TEXTS + i);
        if (text === null) continue;
        nTexts++;
        if (!isValid(JSON.parse(text))) wrong.push({ schema, text });
      }
    }
    expect(wrong).toEqual([]);
    expect(nTexts).toBeGreaterThan(0.9 * nAsked);
  });

  it('are seldom refused, and then with the place', () => {
    const refused = samples.filter(({ automaton }) => automaton === null);
    for (const { refusal } of refused) expect(refusal).toMatch(/JSON schema error at #[^ ]*: [^ ]/);
    const contradictory = refused.filter(({ refusal }) => NOTHING_FITS.test(refusal));
    expect(contradictory.filter(({ valid }) => valid.length > 0)).toEqual([]);
    // Chance makes contradictions, which are not the converter's fault.
    expect({ contradictory: contradictory.length, unsaid: refused.length - contradictory.length }).toEqual({
      contradictory: 59,
      unsaid: 22,
    });
  });

  it('have grammars that derive nearly all that fits, those of tools as well', () => {
    const missed: unknown[] = [];
    let nValid = 0;
    for (const { schema, valid, automaton } of samples) {
      const grammar = automaton ?? automatonOf(schema, 'lenient');
      const some = valid.slice(0, 5);
      nValid += some.length;
      missed.push(...some.filter(value => !accepts(grammar, JSON.stringify(value))));
    }
    expect(nValid).toBeGreaterThan(N_SCHEMAS / 2);
    // Objects have only the properties that are listed, and in that order; tuples are whole.
    expect(missed.length).toBeLessThan(0.05 * nValid);
  });
});

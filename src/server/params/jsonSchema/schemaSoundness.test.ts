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
  /** Automaton of the grammar; null if the schema is refused, and then `refusal` has the reason. */
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

/** For one in some hundred schemas the validator's generated code throws a TypeError, which is no verdict. */
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

describe('hundreds of random schemas with combined constraints', { timeout: 120_000 }, () => {
  let samples: readonly Sample[] = [];
  beforeAll(() => {
    samples = Array.from({ length: N_SCHEMAS }, (_, i) => sampleOf(i * 7919 + 1));
  }, 120_000);

  it('the grammars derive only values that fit', () => {
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

  it('few schemas are refused, and each error has the path', () => {
    const refused = samples.filter(({ automaton }) => automaton === null);
    for (const { refusal } of refused) expect(refusal).toMatch(/JSON schema error at #[^ ]*: [^ ]/);
    const contradictory = refused.filter(({ refusal }) => NOTHING_FITS.test(refusal));
    expect(contradictory.filter(({ valid }) => valid.length > 0)).toEqual([]);
    // Random schemas contain contradictions, and the converter rightly refuses these.
    expect({ contradictory: contradictory.length, unsaid: refused.length - contradictory.length }).toEqual({
      contradictory: 59,
      unsaid: 22,
    });
  });

  it("the grammars derive nearly all values that fit, in tools' schemas too", () => {
    const missed: unknown[] = [];
    let nValid = 0;
    for (const { schema, valid, automaton } of samples) {
      const grammar = automaton ?? automatonOf(schema, 'lenient');
      const some = valid.slice(0, 5);
      nValid += some.length;
      missed.push(...some.filter(value => !accepts(grammar, JSON.stringify(value))));
    }
    expect(nValid).toBeGreaterThan(N_SCHEMAS / 2);
    // Grammars allow only listed properties, in their order, and complete tuples.
    expect(missed.length).toBeLessThan(0.05 * nValid);
  });
});

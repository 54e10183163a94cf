import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { Automaton } from '../../../engine/grammar/automaton.ts';
import { parseGrammar } from '../../../engine/grammar/parse.ts';
import { ForetokenError } from '../../../util/errors.ts';
import { schemaToGrammar } from './schemaToGrammar.ts';
import { accepts, randomNumbers, randomSchema, randomText, randomValue } from './testSchemas.ts';

it('dev', () => {
  const ajv = new Ajv2020({ strict: false, allErrors: false });
  addFormats.default(ajv);
  let lastUnsat = false;
  let refused = 0,
    wrong = 0,
    texts = 0,
    endless = 0,
    acc = 0,
    miss = 0,
    unsat = 0;
  const N = Number(process.env.N ?? 500),
    from = Number(process.env.FROM ?? 0);
  const t = { gram: 0, walk: 0, val: 0, comp: 0 };
  for (let seed = from; seed < from + N; seed++) {
    const schema = randomSchema(seed * 7919 + 1);
    let grammar;
    let t0 = performance.now();
    try {
      grammar = schemaToGrammar(schema);
    } catch (e) {
      refused++;
      if (!(e instanceof ForetokenError) || !/error at #/.test(e.message))
        console.log('CRASH', seed, JSON.stringify(schema), e);
      else {
        const m = e.message.split('\n')[1];
        lastUnsat = /leave no value|must not be greater/.test(m);
        if (/leave no value/.test(m)) unsat++;
        else console.log(seed, m, process.env.V ? JSON.stringify(schema) : '');
      }
    }
    t.gram += performance.now() - t0;
    t0 = performance.now();
    const validate = ajv.compile(schema);
    t.comp += performance.now() - t0;
    if (!grammar) {
      const random = randomNumbers(seed);
      for (let i = 0; i < 200; i++) {
        const v = randomValue(random);
        if (validate(v) && lastUnsat) {
          console.log('VALIDTHOUGH', seed, JSON.stringify(v), JSON.stringify(schema));
          break;
        }
      }
      continue;
    }
    t0 = performance.now();
    let automaton;
    try {
      automaton = new Automaton(parseGrammar(grammar));
    } catch (e) {
      console.log('GRAMMAR', seed, JSON.stringify(schema), e.message, grammar);
      continue;
    }
    for (let i = 0; i < 6; i++) {
      const text = randomText(automaton, seed * 10 + i);
      if (text === null) {
        endless++;
        continue;
      }
      texts++;
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch {
        console.log('NOJSON', seed, text, JSON.stringify(schema));
        wrong++;
        continue;
      }
      let ok = true;
      try {
        ok = validate(value) as boolean;
      } catch (e) {
        console.log('AJV', seed, JSON.stringify(schema));
        break;
      }
      if (!ok) {
        wrong++;
        console.log('WRONG', seed, text, JSON.stringify(schema), ajv.errorsText(validate.errors));
        break;
      }
    }
    t.walk += performance.now() - t0;
    t0 = performance.now();
    const random = randomNumbers(seed);
    const named = new Set(JSON.stringify(schema).match(/"[abc]":/g) ?? []);
    for (let i = 0; i < 25; i++) {
      const v = randomValue(random);
      if (!validate(v)) continue;
      if (accepts(automaton, JSON.stringify(v))) acc++;
      else {
        miss++;
        if (process.env.M) console.log('MISS', seed, JSON.stringify(v), JSON.stringify(schema));
        break;
      }
    }
    t.val += performance.now() - t0;
  }
  console.log({ refused, unsat, wrong, texts, endless, acc, miss, t });
}, 200000);

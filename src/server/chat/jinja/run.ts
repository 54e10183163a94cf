import { Environment, Interpreter } from '@huggingface/jinja';
import type { JsonObject } from '../../http/json.ts';
import { FILTERS, type FilterArguments } from './filters.ts';
import { GLOBALS } from './globals.ts';
import { OPERATORS } from './operators.ts';
import { FILTER, ITEM, LOOP, MAPPING, PRINT, type Program } from './program.ts';
import { passes } from './tests.ts';
import { textOf } from './text.ts';
import {
  functionOf,
  isKeywords,
  isList,
  itemOf,
  itemsOf,
  listOf,
  mapOfPairs,
  toValue,
  type Value,
} from './values.ts';

/** Renders a program with `variables`. Throws the error that the template raises, and for impossible operations. */
export function run(program: Program, variables: JsonObject): string {
  const environment = new Environment(builtins());
  for (const [name, value] of Object.entries(variables)) environment.setVariable(name, toValue(value));
  return textOf(new Interpreter(environment).run(program));
}

function builtins(): Environment {
  const environment = new Environment();
  for (const [name, value] of Object.entries({ true: true, false: false, none: null })) {
    environment.setVariable(name, toValue(value));
    environment.setVariable(name.charAt(0).toUpperCase() + name.slice(1), toValue(value));
  }
  for (const [name, fn] of Object.entries(GLOBALS)) environment.setVariable(name, functionOf(fn));
  for (const [sign, operator] of Object.entries(OPERATORS)) {
    environment.setVariable(
      sign,
      functionOf(([a, b]) => operator(a, b)),
    );
  }
  environment.setVariable(
    PRINT,
    functionOf(([value]) => toValue(textOf(value))),
  );
  // The library's loops unpack lists but not tuples, so tuples become lists.
  const items = ([value]: readonly Value[]) =>
    listOf(itemsOf(value).map(item => (isList(item) ? listOf(item.value) : item)));
  environment.setVariable(LOOP, functionOf(items));
  environment.setVariable(
    ITEM,
    functionOf(([holder, key]) => itemOf(holder, key)),
  );
  environment.setVariable(MAPPING, functionOf(mapOfPairs));
  environment.setVariable(FILTER, functionOf(applyCalled));
  return environment;
}

/** Applies a filter to the arguments of a call: name, input, then the filter's own arguments. */
function applyCalled([name, input, ...args]: readonly Value[]): Value {
  const last = args.at(-1);
  const named = last && isKeywords(last) ? last.value : new Map<string, Value>();
  return apply(textOf(name), input, { positional: named.size > 0 ? args.slice(0, -1) : args, named });
}

function apply(name: string, input: Value, args: FilterArguments): Value {
  const [, not, test] = /^is (not )?(.*)$/.exec(name) ?? [];
  if (test !== undefined) return toValue(passes(test, input, args.positional) === (not === undefined));
  return Object.hasOwn(FILTERS, name) ? FILTERS[name](input, args, apply) : applyLibrary(name, input, args);
}

/** Applies a filter of the library by evaluating a one-filter program in which input and arguments are variables. */
function applyLibrary(name: string, input: Value, { positional, named }: FilterArguments): Value {
  const environment = new Environment();
  const variable = (id: string, value: Value) => {
    environment.setVariable(id, value);
    return { type: 'Identifier', value: id };
  };
  const args = [
    ...positional.map((value, i) => variable(`${i}`, value)),
    ...Array.from(named, ([key, value]) => ({
      type: 'KeywordArgumentExpression',
      key: { type: 'Identifier', value: key },
      value: variable(`${key}=`, value),
    })),
  ];
  const callee = { type: 'Identifier', value: name };
  const expression = {
    type: 'FilterExpression',
    operand: variable('input', input),
    filter: args.length === 0 ? callee : { type: 'CallExpression', callee, args },
  };
  return new Interpreter(environment).evaluate(expression, environment);
}

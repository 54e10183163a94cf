import { Environment } from '@huggingface/jinja';
import { compared, isEqual, isIn } from './operators.ts';
import { isFloat, isList, isMap, isText, numberOf, type Value } from './values.ts';

type Test = (value: Value, ...args: Value[]) => boolean;

const equals: Test = (value, other) => isEqual(value, other);
const differs: Test = (value, other) => !isEqual(value, other);
const isLess: Test = (value, other) => compared(value, other) < 0;
const isLessOrEqual: Test = (value, other) => compared(value, other) <= 0;
const isMore: Test = (value, other) => compared(value, other) > 0;
const isMoreOrEqual: Test = (value, other) => compared(value, other) >= 0;

/** Tests of Jinja2 that the library lacks or that differ from Jinja2 there. */
const OWN: Readonly<Record<string, Test>> = {
  float: isFloat,
  iterable: value => isList(value) || isMap(value) || isText(value),
  divisibleby: (value, divisor) => Number(numberOf(value)) % Number(numberOf(divisor)) === 0,
  sameas: (value, other) => value === other || (value.type === other.type && value.value === other.value),
  in: isIn,
  ...{ eq: equals, equalto: equals, '==': equals, ne: differs, '!=': differs },
  ...{ lt: isLess, lessthan: isLess, '<': isLess, le: isLessOrEqual, '<=': isLessOrEqual },
  ...{ gt: isMore, greaterthan: isMore, '>': isMore, ge: isMoreOrEqual, '>=': isMoreOrEqual },
};

/** True if `value` passes the test `name`. Throws for an unknown test. */
export function passes(name: string, value: Value, args: readonly Value[]): boolean {
  const test = Object.hasOwn(OWN, name) ? OWN[name] : new Environment().tests.get(name);
  if (test === undefined) throw new Error(`there is no test '${name}'`);
  return test(value, ...args);
}

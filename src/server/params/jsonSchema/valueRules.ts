import type { Constraint, Place } from './formula.ts';
import type { RuleSet } from './ruleSet.ts';
import type { Schemas } from './schemas.ts';

/** Functions and state from which rules of arrays and objects are built. */
export interface ValueRules {
  readonly rules: RuleSet;
  readonly schemas: Schemas;
  /** Adds a rule of the values that fit all of `places` and returns its name: `name` or a variant. Null if no value fits. */
  visit(places: readonly Place[], name: string): string | null;
  refuseAll(constraints: readonly Constraint[]): void;
}

/** Name of a rule inside the rule `name`; never empty, because '' is the root. */
export function nested(name: string, part: string): string {
  return name === '' ? part || 'empty' : `${name}-${part}`;
}

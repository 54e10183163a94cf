import type { Constraint, Place } from './formula.ts';
import type { RuleSet } from './ruleSet.ts';
import type { Schemas } from './schemas.ts';

/** What the rules of arrays and objects are made with. */
export interface ValueRules {
  readonly rules: RuleSet;
  readonly schemas: Schemas;
  /** Adds the rule of what fits all of `places` and returns its name, `name` or one like it; null where nothing fits. */
  visit(places: readonly Place[], name: string): string | null;
  refuseAll(constraints: readonly Constraint[]): void;
}

/** Name of a rule within the rule `name`; never empty, which is the root's. */
export function nested(name: string, part: string): string {
  return name === '' ? part || 'empty' : `${name}-${part}`;
}

import type { RuleSet, SharedRule } from '../../params/jsonSchema/ruleSet.ts';
import { addSchema } from '../../params/jsonSchema/schemaToGrammar.ts';
import type { ToolSchema } from './toolSchema.ts';

/**
 * Adds the rule of the JSON that fits a tool's parameters, and returns its name. Keywords that a grammar cannot express are
 * dropped, so that one tool does not make the others unusable. Throws `invalid_request` for a malformed schema.
 */
export function parametersRule(parameters: unknown, name: string, rules: RuleSet): string {
  return addSchema(parameters ?? {}, name, rules, 'lenient');
}

/** Adds the rule of one value among the parameters. `type` restricts a value of several types to numbers. */
export function valueRule(schema: ToolSchema, name: string, rules: RuleSet, type?: 'number'): string {
  if (type === 'number' && (schema.types.size > 1 || schema.types.has('null'))) return rules.shared('number');
  const json = schema.toJson();
  const isEmpty = Object.keys(json).every(key => key === '$defs' || key === 'definitions');
  return isEmpty ? rules.shared('value' satisfies SharedRule) : parametersRule(json, name, rules);
}

import type { RuleSet, SharedRule } from '../../params/jsonSchema/ruleSet.ts';
import { addSchema } from '../../params/jsonSchema/schemaToGrammar.ts';
import type { ToolSchema } from './toolSchema.ts';

/**
 * Adds the rule of the JSON that fits the parameters of a tool, and returns its name. A keyword that a grammar cannot say
 * is left out: it must not keep the other tools from being called. Throws `invalid_request` for a malformed schema.
 */
export function parametersRule(parameters: unknown, name: string, rules: RuleSet): string {
  return addSchema(parameters ?? {}, name, rules, 'lenient');
}

/** The same for one value among the parameters; of several types only `type` counts. */
export function valueRule(schema: ToolSchema, name: string, rules: RuleSet, type?: 'number'): string {
  if (type === 'number' && (schema.types.size > 1 || schema.types.has('null'))) return rules.shared('number');
  const json = schema.toJson();
  const isEmpty = Object.keys(json).every(key => key === '$defs' || key === 'definitions');
  return isEmpty ? rules.shared('value' satisfies SharedRule) : parametersRule(json, name, rules);
}

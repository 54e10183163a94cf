import { ForetokenError } from '../../util/errors.ts';
import { type Field, fieldError } from '../http/fields.ts';
import type { Constraint } from './grammarConstraint.ts';
import { schemaToGrammar } from './jsonSchema/schemaToGrammar.ts';

/** `grammar`: GBNF, '' for none. As in llama-server, a value that is not a string is ignored. */
export const grammarField: Field<string> = {
  names: ['grammar'],
  fallback: '',
  read: value => (typeof value === 'string' ? value : ''),
};

/** `json_schema`: converted to the grammar of the JSON values that fit it. */
export const jsonSchemaField: Field<string> = {
  names: ['json_schema'],
  fallback: '',
  read(value, name) {
    try {
      return schemaToGrammar(value);
    } catch (error) {
      if (!(error instanceof ForetokenError)) throw error;
      throw fieldError(name, `"${name}": ${error.message}`);
    }
  },
};

/** Constraint of a request: that of its chat, or else its own grammar or schema. */
export function constraintOf(params: ConstrainedParams): Constraint {
  const own = { grammar: grammarOf(params), findStart: null, isLazy: false, words: [] };
  return params.chat?.constraint ?? own;
}

interface ConstrainedParams {
  readonly grammar: string;
  readonly jsonSchema: string;
  readonly chat?: { readonly constraint: Constraint | null } | null;
}

/**
 * The request's own grammar, '' for none. llama-server ignores the schema if there is a grammar, even an empty one. Here an empty
 * grammar counts as absent, and a request with both is refused.
 */
function grammarOf(params: ConstrainedParams): string {
  if (params.grammar !== '' && params.jsonSchema !== '') {
    throw new ForetokenError(
      'invalid_request',
      'Cannot use both json_schema and grammar: leave one of them out',
    );
  }
  return params.grammar || params.jsonSchema;
}

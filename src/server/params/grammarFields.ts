import { ForetokenError } from '../../util/errors.ts';
import { type Field, fieldError } from '../http/fields.ts';
import type { Constraint } from './grammarConstraint.ts';
import { schemaToGrammar } from './jsonSchema/schemaToGrammar.ts';

/** `grammar`: GBNF, '' for none; what is no string is ignored, as llama-server does. */
export const grammarField: Field<string> = {
  names: ['grammar'],
  fallback: '',
  read: value => (typeof value === 'string' ? value : ''),
};

/** `json_schema`: read as the grammar of the JSON that fits it. */
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

/** What constrains a request: its chat, or else its own grammar or schema. */
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
 * The request's own grammar, '' for none. llama-server ignores the schema where there is a grammar, even an empty one;
 * here an empty one counts for nothing, and both are refused.
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

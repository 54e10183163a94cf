import type { Constraint } from '../params/grammarConstraint.ts';
import { literal } from '../params/jsonSchema/notation.ts';
import { RuleSet } from '../params/jsonSchema/ruleSet.ts';
import { addSchema } from '../params/jsonSchema/schemaToGrammar.ts';
import type { ChatPrompt } from './prompt.ts';
import { endOfThoughts } from './thinking.ts';
import { untilMark } from './tools/untilMark.ts';

/**
 * Constraint of an answer that follows a schema behind unrestricted thoughts; null if the schema alone is the constraint. Throws
 * `invalid_request` for a schema that no grammar can express.
 */
export function schemaConstraint(
  schema: unknown,
  { tags, isThinking, isInChannels }: ChatPrompt,
): Constraint | null {
  if (tags === null || !(isThinking || isInChannels)) return null;
  const rules = new RuleSet();
  const answer = addSchema(schema, 'answer', rules);
  if (isInChannels) {
    const thoughts = `${literal(tags.start)} ${untilMark(tags.end, rules)} "<|start|>assistant"`;
    const header = '"<|channel|>final" (" "? "<|constrain|>"? "json")? "<|message|>"';
    rules.add('root', `(${thoughts})? (${header})? ${answer}`);
    return { grammar: rules.toGrammar(), findStart: null, isLazy: false, words: [] };
  }
  rules.add('root', `[ \\n]{0,8} ${answer}`);
  return {
    grammar: rules.toGrammar(),
    findStart: text => endOfThoughts(text, tags),
    isLazy: false,
    words: [],
  };
}

import { isJsonObject, type JsonObject } from '../../http/json.ts';
import { jsonLiteral, literal } from '../../params/jsonSchema/notation.ts';
import { RuleSet } from '../../params/jsonSchema/ruleSet.ts';
import { addSchema } from '../../params/jsonSchema/schemaToGrammar.ts';
import type { CallShape, ToolFormat } from './toolFormat.ts';

/**
 * The grammar, in GBNF, of calls of `tools` in a format: at least one, with arguments that fit the tool's schema, and with
 * `parallel` any number of them. Throws `invalid_request` for a schema that no grammar can say.
 */
export function toolGrammar(format: ToolFormat, tools: readonly JsonObject[], parallel: boolean): string {
  const rules = new RuleSet();
  const calls = tools.map((tool, i) =>
    rules.add(`tool-${i}`, callBody(format.call, tool, `tool-${i}`, rules)),
  );
  const call = rules.add('call', calls.join(' | '));
  const { begin, end, separator } = format;
  const more = separator === null || !parallel ? '' : `(${words(separator)} ${call})*`;
  rules.add('root', `space ${words(begin)} ${call} ${more} ${words(end)}`);
  return rules.toGrammar();
}

function callBody(shape: CallShape, tool: JsonObject, rule: string, rules: RuleSet): string {
  const { name = '', parameters }: JsonObject = isJsonObject(tool.function) ? tool.function : {};
  const args = addSchema(parameters ?? {}, `${rule}-arguments`, rules);
  switch (shape.kind) {
    case 'object': {
      const number =
        shape.number === undefined ? '' : `${key(shape.number)} "\\"" [0-9]{1,3} "\\"" space "," space`;
      const id =
        shape.id === undefined ? '' : `("," space ${key(shape.id)} "\\"" [a-zA-Z0-9]{9} "\\"" space)?`;
      const named = `${key(shape.name)} ${jsonLiteral(name)} space "," space`;
      const object = `"{" space ${number} ${named} ${key(shape.arguments)} ${args} ${id} "}" space`;
      return `${words(shape.open)} ${object} ${words(shape.close)}`;
    }
    case 'named':
      return `${words(shape.open)} ${literal(String(name))} space ${words(shape.between)} ${args} ${words(shape.close)}`;
  }
}

function key(name: string): string {
  return `${jsonLiteral(name)} space ":" space`;
}

/** Fixed words, with white space behind each if the model wants it. */
function words(text: string): string {
  return text
    .split(' ')
    .filter(word => word !== '')
    .map(word => `${literal(word)} space`)
    .join(' ');
}

import { ForetokenError } from '../../../util/errors.ts';
import { isJsonObject, type JsonObject } from '../../http/json.ts';
import { jsonLiteral, literal } from '../../params/jsonSchema/notation.ts';
import { RuleSet } from '../../params/jsonSchema/ruleSet.ts';
import type { ThinkingTags } from '../thinking.ts';
import { pairedArguments, taggedArguments } from './notationGrammar.ts';
import { parametersRule } from './schemaRule.ts';
import type { CallShape, NamedCall, ObjectCall, ToolFormat } from './toolFormat.ts';
import { ToolSchema } from './toolSchema.ts';
import { untilMark } from './untilMark.ts';

export interface ToolGrammarOptions {
  /** True if several calls are allowed. */
  readonly parallel: boolean;
  /** Tags of thoughts that may precede the calls; null for none. */
  readonly thoughts?: ThinkingTags | null;
}

/**
 * GBNF of calls of `tools` in a format: at least one call, with arguments that fit the tool's schema. Throws `invalid_request`
 * for a schema that no grammar can express.
 */
export function toolGrammar(
  format: ToolFormat,
  tools: readonly JsonObject[],
  { parallel, thoughts = null }: ToolGrammarOptions,
): string {
  const rules = new RuleSet();
  const calls = tools.map((tool, i) => rules.add(`tool-${i}`, callBody(format, tool, `tool-${i}`, rules)));
  const call = rules.add('call', calls.join(' | '));
  const { begin, end, separator } = format;
  const more = separator === null || !parallel ? '' : `(${words(separator)} ${call})*`;
  const first = thoughts === null ? '' : `(${thoughtsBefore(format, thoughts, rules)})?`;
  rules.add('root', `${first} space ${words(begin)} ${call} ${more} ${ending(end)}`);
  return rules.toGrammar();
}

function thoughtsBefore({ call }: ToolFormat, { start, end }: ThinkingTags, rules: RuleSet): string {
  const next = call.kind === 'channel' ? literal('<|start|>assistant') : 'space';
  return `space ${literal(start)} ${untilMark(end, rules)} ${next}`;
}

function callBody(format: ToolFormat, tool: JsonObject, rule: string, rules: RuleSet): string {
  const { name, parameters }: JsonObject = isJsonObject(tool.function) ? tool.function : {};
  const { call } = format;
  try {
    const written = bodyOf(call, format, String(name), parameters, rule, rules);
    return `${words(call.open)} ${written} ${words(call.close)}`;
  } catch (error) {
    if (!(error instanceof ForetokenError)) throw error;
    const { code, message, details } = error;
    throw new ForetokenError(code, `tool ${JSON.stringify(name)}: ${message}`, details, { cause: error });
  }
}

function bodyOf(
  shape: CallShape,
  format: ToolFormat,
  name: string,
  parameters: unknown,
  rule: string,
  rules: RuleSet,
): string {
  switch (shape.kind) {
    case 'object':
      return objectBody(shape, format, name, parametersRule(parameters, `${rule}-arguments`, rules));
    case 'named':
      return namedBody(shape, name, parameters, rule, rules);
    case 'channel': {
      const args = parametersRule(parameters, `${rule}-arguments`, rules);
      const channel = '"<|channel|>" ("commentary" | "analysis")';
      const to = literal(`to=functions.${name}`);
      return `(" "? ${to} " "? ${channel} | ${channel} " "? ${to}) (" "? "<|constrain|>"? "json")? "<|message|>" space ${args}`;
    }
  }
}

function objectBody(shape: ObjectCall, { begin }: ToolFormat, name: string, args: string): string {
  const number =
    shape.number === undefined ? '' : `${key(shape.number)} "\\""? [0-9]{1,3} "\\""? space "," space`;
  const id =
    shape.id === undefined ? '' : `("," space ${key(shape.id)} "\\"" [a-zA-Z0-9_-]{1,64} "\\"" space)?`;
  // If calls are bare JSON, some models announce them first.
  const type = `${begin}${shape.open}` === '' ? `(${key('type')} "\\"function\\"" space "," space)?` : '';
  const named = `${key(shape.name)} ${jsonLiteral(name)} space "," space`;
  return `"{" space ${type} ${number} ${named} ${key(shape.arguments)} ${args} ${id} "}" space`;
}

function namedBody(
  shape: NamedCall,
  name: string,
  parameters: unknown,
  rule: string,
  rules: RuleSet,
): string {
  const id = shape.id === undefined ? '' : `(${literal(shape.id.mark)} [a-zA-Z0-9]{1,64} space)?`;
  const before = `${literal(name)} space ${id} ${words(shape.between)}`;
  switch (shape.arguments.kind) {
    case 'json':
      return `${before} ${parametersRule(parameters, `${rule}-arguments`, rules)}`;
    case 'tagged':
      return `${before} (${taggedArguments(shape.arguments, new ToolSchema(parameters ?? {}), `${rule}-argument`, rules)})`;
    case 'pairs':
      return `${before} (${pairedArguments(shape.arguments, new ToolSchema(parameters ?? {}), `${rule}-argument`, rules)})`;
  }
}

function key(name: string): string {
  return `${jsonLiteral(name)} space ":" space`;
}

/** End of all calls. A tag in it may be the end-of-generation token, which is missing from the text. */
function ending(text: string): string {
  const parts = text.match(/<[^<>]*>|[^<>\s]+/g) ?? [];
  const nTags = [...parts].reverse().findIndex(part => !part.startsWith('<'));
  const nFixed = nTags < 0 ? 0 : parts.length - nTags;
  const tags = parts.slice(nFixed).reduceRight((rest, tag) => `(${literal(tag)} space ${rest})?`, '');
  return `${words(parts.slice(0, nFixed).join(' '))} ${tags}`;
}

/** Fixed words, with optional white space behind each. */
function words(text: string): string {
  return text
    .split(' ')
    .filter(word => word !== '')
    .map(word => `${literal(word)} space`)
    .join(' ');
}

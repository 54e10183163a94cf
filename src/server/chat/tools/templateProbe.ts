import type { JsonObject } from '../../http/json.ts';
import type { JinjaTemplate } from '../jinja/jinjaTemplate.ts';
import { type ThinkingTags, thinkingTagsOf } from '../thinking.ts';
import { difference } from './textDifference.ts';

/** Names, keys and texts that occur in no template and differ in their first character. */
export const NAMES = ['Qf7x', 'Zg8y'] as const;
export const KEYS = ['ku3a', 'wv4b'] as const;
export const TEXT = 'Xt5c';
export const NUMBER = 90817;
const SAID = 'Hs6d';
/** Id lengths to try: some templates accept only one length. */
export const ID_LENGTHS = [32, 9] as const;

export interface ProbeCall {
  readonly name: string;
  readonly arguments: JsonObject;
}

export const probeCall = (name: string, args: JsonObject): ProbeCall => ({ name, arguments: args });
export const ONE = probeCall(NAMES[0], { [KEYS[0]]: TEXT });

/** Renders calls and returns the part of the output from the first call to the last; null if the template writes none. */
export type Probe = (calls: readonly ProbeCall[]) => string | null;

/** Creates a probe. `writeArguments` converts arguments to the form that the template accepts: objects or JSON text. */
export function probeOf(
  template: JinjaTemplate,
  idLength: number,
  writeArguments: (args: JsonObject) => JsonObject | string,
): Probe {
  const render = (answer: JsonObject): string | null => {
    try {
      return template.render({
        messages: [
          { role: 'user', content: 'hello' },
          { role: 'assistant', ...answer },
        ],
        tools: NAMES.map(toolNamed),
        bosToken: '',
        eosToken: '',
        addGenerationPrompt: false,
        enableThinking: true,
        extra: {},
      });
    } catch {
      return null;
    }
  };
  const plain = render({ content: SAID });
  return calls => {
    if (plain === null) return null;
    const tool_calls = calls.map(({ name, arguments: args }, i) => ({
      id: `${i + 1}`.repeat(idLength),
      type: 'function',
      function: { name, arguments: writeArguments(args) },
    }));
    // Some templates write calls only for messages without content.
    for (const content of ['', null]) {
      const text = render({ content, tool_calls });
      const written = text === null ? '' : difference(text, plain);
      if (calls.every(({ name }) => written.includes(name))) {
        return withoutThoughts(written, thinkingTagsOf(template.source));
      }
    }
    return null;
  };
}

/** Some templates write empty thoughts in front of calls. */
function withoutThoughts(text: string, tags: ThinkingTags | null): string {
  const at = tags === null ? -1 : text.slice(0, text.indexOf(NAMES[0])).lastIndexOf(tags.end);
  return tags === null || at < 0 ? text : text.slice(at + tags.end.length);
}

function toolNamed(name: string): JsonObject {
  const properties = Object.fromEntries(KEYS.map(key => [key, { type: 'string', description: 'a text' }]));
  const parameters = { type: 'object', properties, required: [...KEYS] };
  return { type: 'function', function: { name, description: 'a tool', parameters } };
}

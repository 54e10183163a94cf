import type { JsonObject } from '../http/json.ts';
import type { JinjaInput, JinjaTemplate } from './jinja/jinjaTemplate.ts';

/** Capabilities of a template: `chat_template_caps` of `/props`, in llama-server's order. */
export interface TemplateCaps {
  /** Arguments of tool calls are passed as objects instead of JSON text. */
  readonly supports_object_arguments: boolean;
  readonly supports_parallel_tool_calls: boolean;
  readonly supports_preserve_reasoning: boolean;
  readonly supports_reasoning_effort: boolean;
  readonly supports_string_content: boolean;
  readonly supports_system_role: boolean;
  readonly supports_tool_calls: boolean;
  readonly supports_tools: boolean;
  /** The content of a message may be a list of parts. */
  readonly supports_typed_content: boolean;
}

/** Marker text that occurs in no template. */
const NEEDLE = 'u9Qx7';

const USER = { role: 'user', content: 'hello' };
const NOTHING: JinjaInput = {
  messages: [USER],
  tools: [],
  bosToken: '',
  eosToken: '',
  addGenerationPrompt: true,
  enableThinking: true,
  extra: {},
};

/** Detects capabilities by rendering test conversations: a supported feature leaves its marker in the output. */
export function capsOf(template: JinjaTemplate): TemplateCaps {
  const outputOf = (input: Partial<JinjaInput>): string => {
    try {
      return template.render({ ...NOTHING, ...input });
    } catch {
      return '';
    }
  };
  const shows = (input: Partial<JinjaInput>) => outputOf(input).includes(NEEDLE);
  const showsIn = (messages: readonly JsonObject[]) => shows({ messages });
  // Some templates accept arguments only as objects, others only as text.
  const showsCalls = (calls: (args: JsonObject | string) => readonly JsonObject[]) =>
    showsIn(afterCalls(calls({}))) || showsIn(afterCalls(calls('{}')));
  const typed = outputOf({ messages: [{ role: 'user', content: [{ type: 'text', text: NEEDLE }] }] });
  return {
    supports_object_arguments: showsIn(afterCalls([call('f', { [NEEDLE]: 1 })])),
    supports_parallel_tool_calls: showsCalls(args => [call('f', args), call(NEEDLE, args)]),
    supports_preserve_reasoning: showsIn(
      afterAnswer({ role: 'assistant', content: 'yes', reasoning_content: NEEDLE }),
    ),
    supports_reasoning_effort: shows({ extra: { reasoning_effort: NEEDLE } }),
    supports_string_content: showsIn([{ role: 'user', content: NEEDLE }]),
    supports_system_role: showsIn([{ role: 'system', content: NEEDLE }, USER]),
    supports_tool_calls: showsCalls(args => [call(NEEDLE, args)]),
    supports_tools: shows({ tools: [tool(NEEDLE)] }),
    // A template without support for parts prints the list itself, keys included.
    supports_typed_content: typed.includes(NEEDLE) && !/["']type["']/.test(typed),
  };
}

/** True if a template writes calls only for messages whose content is null. */
export function writesCallsAlone(template: JinjaTemplate): boolean {
  const shows = (content: string | null, args: JsonObject | string): boolean => {
    try {
      return template
        .render({ ...NOTHING, messages: afterCalls([call(NEEDLE, args)], content) })
        .includes(NEEDLE);
    } catch {
      return false;
    }
  };
  return !shows('', {}) && !shows('', '{}') && (shows(null, {}) || shows(null, '{}'));
}

function afterAnswer(answer: JsonObject): JsonObject[] {
  return [USER, answer, USER];
}

function afterCalls(calls: readonly JsonObject[], content: string | null = ''): JsonObject[] {
  const answer = { role: 'assistant', content, tool_calls: calls };
  return [USER, answer, { role: 'tool', tool_call_id: idOf('f'), name: 'f', content: 'done' }, USER];
}

function call(name: string, args: JsonObject | string): JsonObject {
  return { id: idOf(name), type: 'function', function: { name, arguments: args } };
}

/** Call id of nine letters and digits, which Mistral's templates require. Some templates write the id instead of the name. */
function idOf(name: string): string {
  return `id${name}`.padEnd(9, '0');
}

function tool(name: string): JsonObject {
  const parameters = { type: 'object', properties: {}, required: [] };
  return { type: 'function', function: { name, description: 'A tool', parameters } };
}

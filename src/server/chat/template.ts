import { ForetokenError } from '../../util/errors.ts';
import { capsOf, type TemplateCaps, writesCallsAlone } from './caps.ts';
import { FORMATTERS, type Formatter, findFormatter } from './formatters.ts';
import { JinjaTemplate } from './jinja/jinjaTemplate.ts';
import { findToolFormat } from './tools/findFormat.ts';
import type { ToolFormat } from './tools/toolFormat.ts';

/** Chat template of a server; `/props` shows `source`. */
export type ChatTemplate =
  | JinjaChatTemplate
  | { readonly kind: 'formatter'; readonly source: string; readonly formatter: Formatter }
  /** The model's template cannot be used: all routes except chats work. */
  | { readonly kind: 'unusable'; readonly source: string; readonly error: ForetokenError };

export interface JinjaChatTemplate {
  readonly kind: 'jinja';
  readonly source: string;
  readonly jinja: JinjaTemplate;
  readonly caps: TemplateCaps;
  /** True if the template writes calls only for messages without content. */
  readonly writesCallsAlone: boolean;
  /** Format of the model's tool calls; null if the template does not show it. */
  readonly toolFormat: ToolFormat | null;
  /** Separate template for conversations with tools, if the model has one. */
  readonly toolUse: JinjaChatTemplate | null;
}

/** Possible sources of a template. The first available one is used: the option, the model file, chatml. */
export interface TemplateSources {
  readonly option: string | undefined;
  readonly model: string | null;
  /** The model's template for conversations with tools; it is used only together with `model`. */
  readonly toolUse?: string | null;
  /** True if templates are Jinja; otherwise only the built-in formats are available. */
  readonly jinja: boolean;
}

/** Format of models without a template. */
const CHATML = `{%- for message in messages -%}
{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}
{{- '<|im_start|>assistant\\n' -}}
{%- endif -%}`;

/**
 * Creates the chat template. Throws `invalid_option` if the option is not a template; an invalid template of the model becomes
 * `unusable`. The name of a built-in format selects that format, with or without Jinja.
 */
export function createChatTemplate({ option, model, toolUse, jinja }: TemplateSources): ChatTemplate {
  if (option !== undefined) return fromOption(option, jinja);
  const source = model ?? CHATML;
  try {
    return jinja ? jinjaTemplate(source, toolUse ?? null) : formatterOf(source);
  } catch (error) {
    return { kind: 'unusable', source, error: unusable(ForetokenError.from(error)) };
  }
}

function fromOption(option: string, jinja: boolean): ChatTemplate {
  if (!jinja) return formatterOf(option);
  // A Jinja template can do more than the built-in format: it can continue an answer.
  if (option === 'chatml') return jinjaTemplate(CHATML);
  return Object.hasOwn(FORMATTERS, option) ? formatterOf(option) : jinjaTemplate(option);
}

function jinjaTemplate(source: string, toolUse: string | null = null): JinjaChatTemplate {
  const jinja = new JinjaTemplate(source);
  return {
    kind: 'jinja',
    source,
    jinja,
    caps: capsOf(jinja),
    writesCallsAlone: writesCallsAlone(jinja),
    toolFormat: findToolFormat(jinja),
    toolUse: toolUse === null ? null : jinjaTemplate(toolUse),
  };
}

function formatterOf(source: string): ChatTemplate {
  const formatter = findFormatter(source);
  if (formatter) return { kind: 'formatter', source, formatter };
  throw new ForetokenError('invalid_option', 'this custom template is not supported, try using --jinja');
}

/** Error of chat requests to a server with an unusable template; the request is not at fault. */
function unusable(error: ForetokenError): ForetokenError {
  return new ForetokenError('internal', error.message, {}, { cause: error });
}

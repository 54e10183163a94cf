import { ForetokenError } from '../../util/errors.ts';
import { capsOf, type TemplateCaps, writesCallsAlone } from './caps.ts';
import { FORMATTERS, type Formatter, findFormatter } from './formatters.ts';
import { JinjaTemplate } from './jinja/jinjaTemplate.ts';
import { findToolFormat } from './tools/findFormat.ts';
import type { ToolFormat } from './tools/toolFormat.ts';

/** How a server turns a conversation into a prompt; `source` is what `/props` shows of it. */
export type ChatTemplate =
  | JinjaChatTemplate
  | { readonly kind: 'formatter'; readonly source: string; readonly formatter: Formatter }
  /** The model's own is of no use here: everything but chat works. */
  | { readonly kind: 'unusable'; readonly source: string; readonly error: ForetokenError };

export interface JinjaChatTemplate {
  readonly kind: 'jinja';
  readonly source: string;
  readonly jinja: JinjaTemplate;
  readonly caps: TemplateCaps;
  /** Whether it writes calls of messages without content only. */
  readonly writesCallsAlone: boolean;
  /** How its model writes calls of tools; null where it does not say. */
  readonly toolFormat: ToolFormat | null;
  /** The one for conversations with tools, where there is one. */
  readonly toolUse: JinjaChatTemplate | null;
}

/** Where a template may come from, the first that there is: the option, the model file, and chatml. */
export interface TemplateSources {
  readonly option: string | undefined;
  readonly model: string | null;
  /** The model's own for conversations with tools; of no use without the model's own for all others. */
  readonly toolUse?: string | null;
  /** Whether templates are Jinja; otherwise only the built-in formats can be had. */
  readonly jinja: boolean;
}

/** The format of models that bring no template. */
const CHATML = `{%- for message in messages -%}
{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}
{{- '<|im_start|>assistant\\n' -}}
{%- endif -%}`;

/**
 * Throws `invalid_option` for an option that is no template; a template of the model that is none is `unusable`. The name
 * of a built-in format is that format, with Jinja or without.
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
  // Jinja does more than the format: an answer can be continued.
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

/** A request for chat fails with it, which is not the request's fault. */
function unusable(error: ForetokenError): ForetokenError {
  return new ForetokenError('internal', error.message, {}, { cause: error });
}

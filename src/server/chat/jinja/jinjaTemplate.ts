import { ForetokenError } from '../../../util/errors.ts';
import type { JsonObject } from '../../http/json.ts';
import type { ChatMessage } from '../messages.ts';
import { type Program, parseTemplate } from './program.ts';
import { run } from './run.ts';

/** Input of a chat template. */
export interface JinjaInput {
  readonly messages: readonly (ChatMessage | JsonObject)[];
  readonly tools: readonly JsonObject[];
  readonly bosToken: string;
  readonly eosToken: string;
  readonly addGenerationPrompt: boolean;
  readonly enableThinking: boolean;
  /** Further variables, such as `chat_template_kwargs`, that only some templates use. */
  readonly extra: JsonObject;
}

/** Chat template in the Jinja language. An interpreter renders it; no part of it is run as JavaScript. */
export class JinjaTemplate {
  readonly source: string;
  readonly #program: Program;

  /** @throws ForetokenError `invalid_option` if `source` is not a Jinja template */
  constructor(source: string) {
    this.source = source;
    try {
      this.#program = parseTemplate(source);
    } catch (cause) {
      const message = `the chat template is not valid Jinja: ${reason(cause)}; correct it, or set chatTemplate to 'chatml'`;
      throw new ForetokenError('invalid_option', message, {}, { cause });
    }
  }

  /** Throws `invalid_request` if the template rejects its input or fails: a second attempt would end the same way. */
  render(input: JinjaInput): string {
    const now = new Date();
    const { addGenerationPrompt } = input;
    try {
      return run(this.#program, {
        ...input.extra,
        messages: input.messages,
        // Without tools the variable is none, not an empty list: templates are written and tested for that.
        tools: input.tools.length > 0 ? input.tools : null,
        // FireFunction's name for the tools, as text.
        functions: input.tools.length > 0 ? JSON.stringify(input.tools, null, 2) : '',
        bos_token: input.bosToken,
        eos_token: input.eosToken,
        ...(addGenerationPrompt && { add_generation_prompt: true }),
        enable_thinking: input.enableThinking,
        datetime: `${monthOf(now)} ${dayOf(now)} ${now.getFullYear()}`,
        date_string: `${dayOf(now)} ${monthOf(now)} ${now.getFullYear()}`,
      });
    } catch (cause) {
      const message = `the chat template cannot be applied to this request: ${reason(cause)}`;
      throw new ForetokenError('invalid_request', message, {}, { cause });
    }
  }
}

function monthOf(date: Date): string {
  return date.toLocaleString('en-US', { month: 'short' });
}

function dayOf(date: Date): string {
  return String(date.getDate()).padStart(2, '0');
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

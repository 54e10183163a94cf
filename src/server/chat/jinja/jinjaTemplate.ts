import { ForetokenError } from '../../../util/errors.ts';
import type { JsonObject } from '../../http/json.ts';
import type { ChatMessage } from '../messages.ts';
import { type Program, parseTemplate } from './program.ts';
import { run } from './run.ts';

/** What a template is rendered with. */
export interface JinjaInput {
  readonly messages: readonly (ChatMessage | JsonObject)[];
  readonly tools: readonly JsonObject[];
  readonly bosToken: string;
  readonly eosToken: string;
  readonly addGenerationPrompt: boolean;
  readonly enableThinking: boolean;
  /** Variables that only some templates know, such as `chat_template_kwargs`. */
  readonly extra: JsonObject;
}

/** A chat template in the Jinja language, rendered by an interpreter: nothing of it is run as JavaScript. */
export class JinjaTemplate {
  readonly source: string;
  readonly #program: Program;

  /** @throws ForetokenError `invalid_option` when `source` is no Jinja template */
  constructor(source: string) {
    this.source = source;
    try {
      this.#program = parseTemplate(source);
    } catch (cause) {
      const message = `the chat template is not valid Jinja: ${reason(cause)}; correct it, or set chatTemplate to 'chatml'`;
      throw new ForetokenError('invalid_option', message, {}, { cause });
    }
  }

  /** Throws `invalid_request` when the template refuses its input or fails at it: asked again, it would do the same. */
  render(input: JinjaInput): string {
    const now = new Date();
    const { addGenerationPrompt } = input;
    try {
      return run(this.#program, {
        ...input.extra,
        messages: input.messages,
        // None where there are no tools: what templates are written for and tested with.
        tools: input.tools.length > 0 ? input.tools : null,
        // FireFunction's name for the same, as text.
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

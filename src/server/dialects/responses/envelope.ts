import type {
  ResponseItem,
  ResponseObject,
  ResponseStatus,
  ResponseUsage,
} from '../../../protocol/responses.ts';
import { isJsonObject, type JsonObject } from '../../http/json.ts';
import { randomId } from '../../http/randomId.ts';
import type { CompletionParams } from '../../params/completionFields.ts';

/** The part of a response that changes while it is generated. */
export interface ResponseState {
  readonly status: ResponseStatus;
  readonly output: readonly ResponseItem[];
  readonly usage: ResponseUsage | null;
}

export const IN_PROGRESS: ResponseState = { status: 'in_progress', output: [], usage: null };

/** The part of a response that stays the same: ids, creation time, and the echoed fields of the request. */
export class ResponseEnvelope {
  readonly id = `resp_${randomId()}`;
  readonly reasoningId = `rs_${randomId()}`;
  readonly messageId = `msg_${randomId()}`;
  readonly #createdAt = nowInSeconds();
  readonly #model: string;
  readonly #request: JsonObject;

  /** `request` is the original body. */
  constructor(model: string, request: JsonObject) {
    this.#model = model;
    this.#request = request;
  }

  /** Returns the response object in `state`. Sampling parameters are the effective ones, other fields are echoed. */
  object({ status, output, usage }: ResponseState, params: CompletionParams): ResponseObject {
    const { instructions, max_output_tokens, metadata, parallel_tool_calls, tool_choice, tools } =
      this.#request;
    const { reasoning, text, top_logprobs } = this.#request;
    return {
      completed_at: status === 'completed' ? nowInSeconds() : null,
      created_at: this.#createdAt,
      id: this.id,
      model: this.#model,
      object: 'response',
      output,
      status,
      usage,
      error: null,
      incomplete_details: status === 'incomplete' ? { reason: 'max_output_tokens' } : null,
      instructions: typeof instructions === 'string' ? instructions : null,
      max_output_tokens: typeof max_output_tokens === 'number' ? max_output_tokens : null,
      metadata: metadata ?? null,
      parallel_tool_calls: parallel_tool_calls !== false,
      previous_response_id: null,
      reasoning: { effort: fieldOf(reasoning, 'effort') ?? null, summary: null },
      temperature: params.temperature,
      text: { format: fieldOf(text, 'format') ?? { type: 'text' } },
      tool_choice: tool_choice ?? 'auto',
      tools: Array.isArray(tools) ? tools : [],
      top_logprobs: typeof top_logprobs === 'number' ? top_logprobs : 0,
      top_p: params.topP,
      truncation: 'disabled',
    };
  }
}

function fieldOf(object: unknown, name: string): unknown {
  return isJsonObject(object) ? object[name] : undefined;
}

function nowInSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

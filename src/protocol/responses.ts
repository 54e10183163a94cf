/**
 * OpenAI's Responses on the wire, as llama-server answers them. Source: tools/server of llama.cpp, and
 * https://platform.openai.com/docs/api-reference/responses.
 */
import type { CompletionProbability, PromptProgress, Timings } from './completion.ts';

export interface ResponseTextPart {
  readonly type: 'output_text';
  readonly annotations: readonly never[];
  readonly logprobs: readonly CompletionProbability[];
  readonly text: string;
}

/** State of a response or of an item. `incomplete` means that a limit cut it. */
export type ResponseStatus = 'in_progress' | 'completed' | 'incomplete';

export interface ReasoningItem {
  readonly id: string;
  readonly summary: readonly never[];
  readonly type: 'reasoning';
  readonly content: readonly { readonly text: string; readonly type: 'reasoning_text' }[];
  readonly encrypted_content: '';
  readonly status: ResponseStatus;
}

export interface MessageItem {
  readonly content: readonly ResponseTextPart[];
  readonly id: string;
  readonly role: 'assistant';
  readonly status: ResponseStatus;
  readonly type: 'message';
}

export interface CallItem {
  readonly id: string;
  readonly type: 'function_call';
  readonly status: ResponseStatus;
  /** JSON as text. */
  readonly arguments: string;
  readonly call_id: string;
  readonly name: string;
}

/** Output item of a response: reasoning, a message, or a tool call. An item in progress has no content yet. */
export type ResponseItem = ReasoningItem | MessageItem | CallItem;

export interface ResponseUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly total_tokens: number;
  readonly input_tokens_details: { readonly cached_tokens: number };
  readonly output_tokens_details: { readonly reasoning_tokens: number };
}

/** `POST /v1/responses`, in one piece; within events of a stream its state so far. Absent values are null. */
export interface ResponseObject {
  /** Unix time in seconds. */
  readonly completed_at: number | null;
  readonly created_at: number;
  readonly id: string;
  readonly model: string;
  readonly object: 'response';
  readonly output: readonly ResponseItem[];
  readonly status: ResponseStatus;
  readonly usage: ResponseUsage | null;
  readonly error: null;
  readonly incomplete_details: { readonly reason: 'max_output_tokens' } | null;
  readonly instructions: string | null;
  readonly max_output_tokens: number | null;
  readonly metadata: unknown;
  readonly parallel_tool_calls: boolean;
  readonly previous_response_id: null;
  readonly reasoning: { readonly effort: unknown; readonly summary: null };
  readonly temperature: number;
  readonly text: { readonly format: unknown };
  readonly tool_choice: unknown;
  readonly tools: readonly unknown[];
  readonly top_logprobs: number;
  readonly top_p: number;
  readonly truncation: 'disabled';
}

/** Fields of an event; its type determines which are present. */
export interface ResponseEventFields {
  readonly response?: ResponseObject;
  /** Index of an item in `output`, and of a part in its content. */
  readonly output_index?: number;
  readonly content_index?: number;
  readonly item?: ResponseItem;
  readonly item_id?: string;
  readonly part?: ResponseTextPart;
  readonly delta?: string;
  readonly text?: string;
  readonly logprobs?: readonly CompletionProbability[];
  readonly name?: string;
  readonly arguments?: string;
}

/** Event of a stream, sent under the name of its type. The last two fields are llama-server's. */
export interface ResponseEvent extends ResponseEventFields {
  readonly type: string;
  readonly sequence_number: number;
  readonly timings?: Timings;
  readonly prompt_progress?: PromptProgress;
}

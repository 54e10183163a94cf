/**
 * OpenAI's completions on the wire, as llama-server answers them and in its key order. Fields that OpenAI does not have
 * say so. Source: tools/server/README.md of llama.cpp, and https://platform.openai.com/docs/api-reference.
 */
import type { CompletionChunk, CompletionProbability, PromptProgress, Timings } from './completion.ts';

/** Why a choice ended: end-of-generation token or stop string, the same behind calls of tools, or a limit. */
export type FinishReason = 'stop' | 'tool_calls' | 'length';

/** What a request cost, in tokens. */
export interface Usage {
  readonly completion_tokens: number;
  readonly prompt_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
}

/** Log-probabilities of the tokens of a choice; with `post_sampling_probs` they are llama-server's probabilities. */
export interface Logprobs {
  readonly content: readonly CompletionProbability[];
}

/** What llama-server adds to OpenAI's bodies, behind everything else. */
export interface Extras {
  /** The answer of `/completion`; only with `verbose`. */
  readonly __verbose?: CompletionChunk;
  readonly timings?: Timings;
  readonly prompt_progress?: PromptProgress;
}

export interface TextChoice {
  readonly text: string;
  readonly index: number;
  readonly logprobs: Logprobs | null;
  readonly finish_reason: FinishReason | null;
}

/** `POST /v1/completions`: the answer, or an event of a stream, of which only the last has `usage`. */
export interface TextCompletion extends Extras {
  readonly choices: readonly TextChoice[];
  readonly created: number;
  readonly model: string;
  readonly system_fingerprint: string;
  readonly object: 'text_completion';
  readonly usage?: Usage;
  readonly id: string;
}

/** A call of a tool; `arguments` is JSON as text. */
export interface ChatToolCall {
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
  readonly id: string;
}

/** An answer. What the model thought before it is llama-server's addition. */
export interface ChatAnswer {
  readonly role: 'assistant';
  readonly content: string;
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly ChatToolCall[];
}

export interface ChatChoice {
  readonly finish_reason: FinishReason;
  readonly index: number;
  readonly message: ChatAnswer;
  readonly logprobs?: Logprobs;
}

/** `POST /v1/chat/completions`, in one piece. */
export interface ChatCompletion extends Extras {
  readonly choices: readonly ChatChoice[];
  readonly created: number;
  readonly model: string;
  readonly system_fingerprint: string;
  readonly object: 'chat.completion';
  readonly usage: Usage;
  readonly id: string;
}

/** A call begins with its id and name, and goes on with its arguments. */
export type ChatToolCallDelta =
  | ({ readonly index: number } & ChatToolCall)
  | { readonly index: number; readonly function: { readonly arguments: string } };

/** The first delta of a choice has the role, the last nothing, those between have text. */
export type ChatDelta =
  | { readonly role: 'assistant'; readonly content: null }
  | { readonly content: string }
  | { readonly reasoning_content: string }
  | { readonly tool_calls: readonly ChatToolCallDelta[] }
  | Readonly<Record<string, never>>;

export interface ChatChunkChoice {
  readonly finish_reason: FinishReason | null;
  readonly index: number;
  readonly delta: ChatDelta;
  readonly logprobs?: Logprobs;
}

/** An event of a chat stream; the one with `usage` has no choices. */
export interface ChatCompletionChunk extends Extras {
  readonly choices: readonly ChatChunkChoice[];
  readonly created: number;
  readonly id: string;
  readonly model: string;
  readonly system_fingerprint: string;
  readonly object: 'chat.completion.chunk';
  readonly usage?: Usage;
}

/**
 * OpenAI's completions on the wire, as llama-server answers them and in its key order. Comments mark fields that OpenAI does not
 * have. Source: tools/server/README.md of llama.cpp, and https://platform.openai.com/docs/api-reference.
 */
import type {
  CompletionChunk,
  CompletionProbability,
  PromptProgress,
  SpeculationTrace,
  Timings,
} from './completion.ts';

/** Reason for the end of a choice: end-of-generation token or stop string, the same after tool calls, or a limit. */
export type FinishReason = 'stop' | 'tool_calls' | 'length';

/** Token counts of a request. */
export interface Usage {
  readonly completion_tokens: number;
  readonly prompt_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
}

/** Log-probabilities of the tokens of a choice; with `post_sampling_probs` llama-server's probabilities. */
export interface Logprobs {
  readonly content: readonly CompletionProbability[];
}

/** Foretoken's addition to a choice. */
export interface ChoiceExtras {
  /**
   * Only with `speculation_trace`. In a stream, the tokens of text that is held back come with the next chunk that is sent, at
   * the latest with the last one.
   */
  readonly speculation_trace?: SpeculationTrace;
}

/** Fields that llama-server appends to OpenAI's bodies. */
export interface Extras {
  /** Response of `/completion`; only with `verbose`. */
  readonly __verbose?: CompletionChunk;
  readonly timings?: Timings;
  readonly prompt_progress?: PromptProgress;
}

export interface TextChoice extends ChoiceExtras {
  readonly text: string;
  readonly index: number;
  readonly logprobs: Logprobs | null;
  readonly finish_reason: FinishReason | null;
}

/** `POST /v1/completions`: the response, or an event of a stream, of which only the last has `usage`. */
export interface TextCompletion extends Extras {
  readonly choices: readonly TextChoice[];
  readonly created: number;
  readonly model: string;
  readonly system_fingerprint: string;
  readonly object: 'text_completion';
  readonly usage?: Usage;
  readonly id: string;
}

/** Tool call; `arguments` is JSON as text. */
export interface ChatToolCall {
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
  readonly id: string;
}

/** Message of an answer. The reasoning before it is llama-server's addition. */
export interface ChatAnswer {
  readonly role: 'assistant';
  readonly content: string;
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly ChatToolCall[];
}

export interface ChatChoice extends ChoiceExtras {
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

/** Delta of a tool call: first its id and name, then its arguments. */
export type ChatToolCallDelta =
  | ({ readonly index: number } & ChatToolCall)
  | { readonly index: number; readonly function: { readonly arguments: string } };

/** Delta of a choice: the first has the role, the last nothing, those between have text. */
export type ChatDelta =
  | { readonly role: 'assistant'; readonly content: null }
  | { readonly content: string }
  | { readonly reasoning_content: string }
  | { readonly tool_calls: readonly ChatToolCallDelta[] }
  | Readonly<Record<string, never>>;

export interface ChatChunkChoice extends ChoiceExtras {
  readonly finish_reason: FinishReason | null;
  readonly index: number;
  readonly delta: ChatDelta;
  readonly logprobs?: Logprobs;
}

/** Event of a chat stream; the one with `usage` has no choices. */
export interface ChatCompletionChunk extends Extras {
  readonly choices: readonly ChatChunkChoice[];
  readonly created: number;
  readonly id: string;
  readonly model: string;
  readonly system_fingerprint: string;
  readonly object: 'chat.completion.chunk';
  readonly usage?: Usage;
}

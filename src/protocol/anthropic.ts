/**
 * Anthropic's Messages on the wire, as llama-server answers them. Source: tools/server of llama.cpp, and
 * https://docs.anthropic.com/en/api/messages.
 */

/** Block of a message: thinking, text or a tool call. A signature would prove that thinking is Anthropic's; here it is empty. */
export type MessageBlock =
  | { readonly type: 'thinking'; readonly thinking: string; readonly signature: '' }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly input: unknown };

/**
 * Reason why a message ended. `end_turn` is an end-of-generation token, `stop_sequence` one of the request's own.
 * `model_context_window_exceeded` means that the context was full before `max_tokens` was reached.
 */
export type StopReason =
  | 'end_turn'
  | 'stop_sequence'
  | 'tool_use'
  | 'max_tokens'
  | 'model_context_window_exceeded';

export interface MessageUsage {
  /** Prompt tokens that were in the cache, and those that were not. */
  readonly cache_read_input_tokens: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
}

/** `POST /v1/messages`, in one piece. At the beginning of a stream it has neither content nor a stop reason. */
export interface Message {
  readonly id: string;
  readonly type: 'message';
  readonly role: 'assistant';
  readonly content: readonly MessageBlock[];
  readonly model: string;
  readonly stop_reason: StopReason | null;
  readonly stop_sequence: string | null;
  readonly usage: MessageUsage;
}

export type BlockDelta =
  | { readonly type: 'thinking_delta'; readonly thinking: string }
  | { readonly type: 'signature_delta'; readonly signature: '' }
  | { readonly type: 'text_delta'; readonly text: string }
  | { readonly type: 'input_json_delta'; readonly partial_json: string };

/** Event of a stream, sent under the name of its type. */
export type MessageEvent =
  | { readonly type: 'message_start'; readonly message: Message }
  | { readonly type: 'content_block_start'; readonly index: number; readonly content_block: MessageBlock }
  | { readonly type: 'content_block_delta'; readonly index: number; readonly delta: BlockDelta }
  | { readonly type: 'content_block_stop'; readonly index: number }
  | {
      readonly type: 'message_delta';
      readonly delta: { readonly stop_reason: StopReason; readonly stop_sequence: string | null };
      readonly usage: { readonly output_tokens: number };
    }
  | { readonly type: 'message_stop' }
  | MessageFailure;

export type MessageErrorType =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'not_found_error'
  | 'overloaded_error'
  | 'api_error';

/** Body of an error answer, and the last event of a stream that fails. */
export interface MessageFailure {
  readonly type: 'error';
  readonly error: { readonly type: MessageErrorType; readonly message: string };
}

/**
 * Types of the Prompt API as browsers have it, so far as Foretoken answers it. Source: the W3C community group's draft,
 * https://webmachinelearning.github.io/prompt-api; a test compares them with `@types/dom-chromium-ai`.
 */

/** Readiness of a model: one that is `downloadable` or `downloading` is loaded by `create`. */
export type LanguageModelAvailability = 'unavailable' | 'downloadable' | 'downloading' | 'available';

/** Kinds of content. Foretoken takes text; those of tools only occur in `expectedInputs` and `expectedOutputs`. */
export type LanguageModelContentType = 'text' | 'image' | 'audio' | 'tool-call' | 'tool-response';

/** Part of a message. A value that is not the text of a `text` part is refused. */
export interface LanguageModelContent {
  readonly type: LanguageModelContentType;
  readonly value: unknown;
}

/** Message of a conversation. */
export interface LanguageModelMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string | readonly LanguageModelContent[];
  /** Whether the answer continues this message, the last one and the assistant's. Default false. */
  readonly prefix?: boolean;
}

/** Input of a prompt; a string is a message of the user. */
export type LanguageModelPrompt = string | readonly LanguageModelMessage[];

/** Content type, with the languages as BCP 47 tags, that a session has to support. */
export interface LanguageModelExpected {
  readonly type: LanguageModelContentType;
  readonly languages?: readonly string[];
}

/** Function that the model may call before it answers. */
export interface LanguageModelTool {
  readonly name: string;
  readonly description: string;
  /** JSON schema of the argument. */
  readonly inputSchema: object;
  /** Resolves with the text that the model reads. A rejection ends the prompt with the same reason. */
  execute(argument: never): Promise<string>;
}

/** Variety of the answers, from none to most. */
export type LanguageModelSamplingMode =
  | 'most-predictable'
  | 'predictable'
  | 'balanced'
  | 'creative'
  | 'most-creative';

/** Requirements of a session. */
export interface LanguageModelCoreOptions {
  readonly expectedInputs?: readonly LanguageModelExpected[];
  readonly expectedOutputs?: readonly LanguageModelExpected[];
  readonly tools?: readonly LanguageModelTool[];
  /** Variety of the answers. Default `balanced`, the server's own temperature. Excludes `temperature` and `topK`. */
  readonly samplingMode?: LanguageModelSamplingMode;
  /** Temperature, from 0 to 2; larger values count as 2. */
  readonly temperature?: number;
  /** Number of candidates for each token, from 1 to 128; larger values count as 128. */
  readonly topK?: number;
}

/** Event of loading: `loaded` goes from 0 to 1, and `total` is 1. */
export interface LanguageModelProgressEvent extends Event {
  readonly loaded: number;
  readonly total: number;
  readonly lengthComputable: boolean;
}

/** Target of the `downloadprogress` events of one `create`. */
export interface LanguageModelMonitor extends EventTarget {
  /** Called with each event. */
  ondownloadprogress: ((event: LanguageModelProgressEvent) => unknown) | null;
  addEventListener(
    type: 'downloadprogress',
    listener: (event: LanguageModelProgressEvent) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

/** Options of `create`. */
export interface LanguageModelCreateOptions extends LanguageModelCoreOptions {
  /** Messages that the conversation begins with. They stay when the context overflows. */
  readonly initialPrompts?: readonly LanguageModelMessage[];
  /** Called once, before loading, to listen to its progress. */
  readonly monitor?: (monitor: LanguageModelMonitor) => void;
  /** Rejects `create` and later destroys the session. */
  readonly signal?: AbortSignal;
}

/** Options of a prompt. */
export interface LanguageModelPromptOptions {
  /** JSON schema that the answer, as JSON, has to fit, or expression that it has to match. */
  readonly responseConstraint?: object;
  /** Accepted with a `responseConstraint` only. It changes nothing: Foretoken never adds the constraint to the prompt. */
  readonly omitResponseConstraintInput?: boolean;
  readonly signal?: AbortSignal;
}

/** Sampling parameters of `create`: defaults and largest values. */
export interface LanguageModelParams {
  readonly defaultTopK: number;
  readonly maxTopK: number;
  readonly defaultTemperature: number;
  readonly maxTemperature: number;
}

/**
 * Conversation with the model. Prompts of one session are answered one after another; one that fails or is aborted leaves the
 * conversation as it was before. Methods reject with a `DOMException`: `AbortError` or the signal's reason, `InvalidStateError`
 * (the session is destroyed), `QuotaExceededError` (the input does not fit the context), `NotSupportedError` (images, audio, a
 * constraint that no grammar can say), `SyntaxError` (misplaced `prefix`, or an answer that ended before its constraint was met),
 * `UnknownError`. A malformed argument is a `TypeError`.
 */
export interface LanguageModelSession extends EventTarget {
  /** Resolves with the whole answer. */
  prompt(input: LanguageModelPrompt, options?: LanguageModelPromptOptions): Promise<string>;
  /** Streams the answer in pieces of text. To cancel the stream aborts the prompt. */
  promptStreaming(input: LanguageModelPrompt, options?: LanguageModelPromptOptions): ReadableStream<string>;
  /** Adds messages without an answer, and decodes them ahead of the next prompt. */
  append(input: LanguageModelPrompt, options?: { readonly signal?: AbortSignal }): Promise<undefined>;
  /** Counts the tokens that `input` would add to the conversation. */
  measureContextUsage(input: LanguageModelPrompt, options?: LanguageModelPromptOptions): Promise<number>;
  /** Older name of `measureContextUsage`. */
  measureInputUsage(input: LanguageModelPrompt, options?: LanguageModelPromptOptions): Promise<number>;
  /** Tokens of the conversation. */
  readonly contextUsage: number;
  /** Older name of `contextUsage`. */
  readonly inputUsage: number;
  /** Tokens that a conversation may have, its next answer included. */
  readonly contextWindow: number;
  /** Older name of `contextWindow`. */
  readonly inputQuota: number;
  readonly temperature: number;
  readonly topK: number;
  /** Set by Foretoken, but missing in browsers from before the draft of June 2026. */
  readonly samplingMode?: LanguageModelSamplingMode;
  /** Called, as the event `contextoverflow` is fired, when the oldest prompts and answers are dropped to make room. */
  oncontextoverflow: ((event: Event) => unknown) | null;
  /** Older name of `oncontextoverflow`, with the event `quotaoverflow`. */
  onquotaoverflow: ((event: Event) => unknown) | null;
  /** Copies the session with its conversation. */
  clone(options?: { readonly signal?: AbortSignal }): Promise<LanguageModelSession>;
  /** Aborts the session's prompts. Later calls reject with `InvalidStateError`. The server stays. */
  destroy(): undefined;
}

/** Static methods of the browser's `LanguageModel`. */
export interface LanguageModelApi {
  /** Tells whether sessions with these options can be had, without loading anything. */
  availability(options?: LanguageModelCoreOptions): Promise<LanguageModelAvailability>;
  /**
   * Loads the model unless it is loaded, and resolves with a session. Rejects like a session's methods, and with `NetworkError`
   * (the model cannot be fetched), `OperationError` (it cannot be loaded), `RangeError` (a negative temperature, a `topK` below 1,
   * a malformed language tag).
   */
  create(options?: LanguageModelCreateOptions): Promise<LanguageModelSession>;
  /** Defaults and bounds of `temperature` and `topK`; llama-server's defaults while no model is loaded. */
  params(): Promise<LanguageModelParams>;
}

/**
 * `POST /completion` on the wire: llama-server's JSON, snake_case, in its key order. Comments mark fields that are not
 * llama-server's own. Source: tools/server/README.md of llama.cpp, "POST /completion".
 */
import type { DraftKind } from '../util/draftKinds.ts';

/** Prompt: text, token ids, a mix of both, or an object holding the text. */
export type Prompt = string | readonly (number | string)[] | { readonly prompt_string: string };

/** Body of `POST /completion`. Everything but `prompt` has a default; unknown fields are ignored, null counts as absent. */
export interface CompletionRequest {
  /** An array with a token id at its top level is one prompt; any other array is several. */
  readonly prompt: Prompt | readonly Prompt[];
  /** Whether to answer with server-sent events instead of one JSON object. */
  readonly stream?: boolean | null;
  /** Most tokens to generate; -1 for the server's own limit, 0 only decodes the prompt. */
  readonly n_predict?: number | null;
  readonly max_tokens?: number | null;
  readonly max_completion_tokens?: number | null;
  readonly n_indent?: number | null;
  readonly n_keep?: number | null;
  readonly n_discard?: number | null;
  /** Number of answers per prompt, at most as many as there are slots; a fixed seed increases by one per answer. */
  readonly n_cmpl?: number | null;
  readonly t_max_predict_ms?: number | null;
  readonly id_slot?: number | null;
  readonly cache_prompt?: boolean | null;
  readonly timings_per_token?: boolean | null;
  readonly return_tokens?: boolean | null;
  readonly return_progress?: boolean | null;
  /** Whether the answer says where its tokens came from, as `SpeculationTrace`. Not llama-server's. */
  readonly speculation_trace?: boolean | null;
  readonly response_fields?: readonly string[] | null;
  /** Seconds of silence after which a comment keeps the stream alive; -1 for none. */
  readonly sse_ping_interval?: number | null;
  readonly seed?: number | null;
  readonly temperature?: number | null;
  readonly dynatemp_range?: number | null;
  readonly dynatemp_exponent?: number | null;
  readonly top_k?: number | null;
  readonly top_p?: number | null;
  readonly min_p?: number | null;
  readonly top_n_sigma?: number | null;
  readonly xtc_probability?: number | null;
  readonly xtc_threshold?: number | null;
  readonly typical_p?: number | null;
  readonly repeat_last_n?: number | null;
  readonly repeat_penalty?: number | null;
  readonly presence_penalty?: number | null;
  readonly frequency_penalty?: number | null;
  readonly dry_multiplier?: number | null;
  readonly dry_base?: number | null;
  readonly dry_allowed_length?: number | null;
  readonly dry_penalty_last_n?: number | null;
  readonly dry_sequence_breakers?: readonly string[] | null;
  readonly mirostat?: number | null;
  readonly mirostat_tau?: number | null;
  readonly mirostat_eta?: number | null;
  readonly min_keep?: number | null;
  readonly samplers?: readonly string[] | string | null;
  readonly logit_bias?:
    | readonly (readonly [number | string, number | false])[]
    | Readonly<Record<string, number | false>>
    | null;
  readonly ignore_eos?: boolean | null;
  readonly stop?: readonly string[] | string | null;
  /** GBNF grammar of the answer. */
  readonly grammar?: string | null;
  /** Schema of a JSON answer; not together with `grammar`. */
  readonly json_schema?: unknown;
  readonly n_probs?: number | null;
  readonly post_sampling_probs?: boolean | null;
  /** Draft settings of this request, in any spelling that llama-server has had. */
  readonly speculative?: {
    readonly n_min?: number | null;
    readonly n_max?: number | null;
    readonly p_min?: number | null;
  } | null;
  readonly 'speculative.n_min'?: number | null;
  readonly 'speculative.n_max'?: number | null;
  readonly 'speculative.p_min'?: number | null;
  readonly draft_min?: number | null;
  readonly draft_max?: number | null;
  readonly draft_p_min?: number | null;
}

/**
 * Reason for the end of a generation: end-of-generation token, stop string, a limit (tokens, context, time, indent), or not
 * begun.
 */
export type StopType = 'eos' | 'word' | 'limit' | 'none';

/** Milliseconds and rates of one generation. An undefined ratio is 0. */
export interface Timings {
  /** Prompt tokens found in the slot's KV cache, and those decoded. */
  readonly cache_n: number;
  readonly prompt_n: number;
  /** Time from the start in the slot to the first token; excludes the queue. */
  readonly prompt_ms: number;
  readonly prompt_per_token_ms: number;
  readonly prompt_per_second: number;
  readonly predicted_n: number;
  /** Time from the first token to the last; the rates divide by `predicted_n - 1`. */
  readonly predicted_ms: number;
  readonly predicted_per_token_ms: number;
  readonly predicted_per_second: number;
  /** Present if a draft was made. */
  readonly draft_n?: number;
  readonly draft_n_accepted?: number;
  /** Mean draft length, including steps without a draft. Not llama-server's. */
  readonly draft_n_per_step?: number;
  /** Drafts by kind and position, one entry for each kind that drafted. Not llama-server's. */
  readonly drafts?: readonly DraftCounts[];
}

/**
 * Counts of the drafts of one kind. The lists have an entry for each position, from 0, that a draft has reached; positions from 16 on
 * are counted in the sums only.
 */
export interface DraftCounts {
  readonly type: DraftKind;
  /** Drafted tokens that were verified, and those accepted. */
  readonly draft_n: number;
  readonly draft_n_accepted: number;
  /** Drafts with a token at the position. The first entry is the number of drafts. */
  readonly draft_n_per_pos: readonly number[];
  /** Drafts whose token at the position was accepted, and with it all tokens before. */
  readonly draft_n_accepted_per_pos: readonly number[];
}

/** Text and bytes of a token; the text lacks a character that is cut off at its end. */
export interface TokenText {
  readonly id: number;
  readonly token: string;
  readonly bytes: readonly number[];
}

/** Entry of `n_probs` for one token: log-probabilities before sampling. */
export interface TokenLogprobs extends TokenText {
  readonly logprob: number;
  readonly top_logprobs: readonly (TokenText & { readonly logprob: number })[];
}

/** Entry of `n_probs` with `post_sampling_probs`: probabilities of the candidates that survived the sampler chain. */
export interface TokenProbs extends TokenText {
  readonly prob: number;
  readonly top_probs: readonly (TokenText & { readonly prob: number })[];
}

/** Probabilities of a token: logarithms, or with `post_sampling_probs` what the samplers left. */
export type CompletionProbability = TokenLogprobs | TokenProbs;

export type { DraftKind } from '../util/draftKinds.ts';

/**
 * Origin of a token. `target`: sampled where nothing was drafted, or in place of a rejected token. `bonus`: sampled behind a draft
 * that was accepted whole. Otherwise accepted from a draft of this kind.
 */
export type TokenSource = 'target' | 'bonus' | DraftKind;

/** Sampled token with its origin. The bytes of all tokens are the text, followed by the stop string if one ended it. */
export interface TracedToken extends TokenText {
  readonly source: TokenSource;
  /** Index of its round; null for the token that came with the end of the prompt. */
  readonly round: number | null;
}

/** Step of the target behind the prompt: it verifies a draft, or samples one token without one. */
export interface TracedRound {
  /** Kind of the draft; null for none. */
  readonly source: DraftKind | null;
  /** Draft, of which the first `n_accepted` tokens were accepted. */
  readonly draft: readonly TokenText[];
  readonly n_accepted: number;
  /** Milliseconds since the step before, so that all rounds together take `predicted_ms`. */
  readonly ms: number;
}

/**
 * Answer to `speculation_trace`: all sampled tokens and all rounds. Each event of a stream has those that are new, and the lists
 * of all events, joined, are those of the answer in one piece. Sums over the rounds are `draft_n` and `draft_n_accepted`, which
 * count accepted tokens even behind the end of the answer.
 */
export interface SpeculationTrace {
  readonly tokens: readonly TracedToken[];
  readonly rounds: readonly TracedRound[];
}

/** Number of prompt tokens in total, found in the cache, and in the cache by now. */
export interface PromptProgress {
  readonly total: number;
  readonly cache: number;
  readonly processed: number;
  readonly time_ms: number;
}

/** Event of a stream before the last one. */
export interface CompletionPartial {
  readonly index: number;
  readonly content: string;
  readonly tokens: readonly number[];
  readonly stop: false;
  readonly id_slot: number;
  readonly tokens_predicted: number;
  readonly tokens_evaluated: number;
  /** Whether the token of this event was drafted. Not llama-server's. */
  readonly drafted: boolean;
  readonly timings?: Timings;
  readonly prompt_progress?: PromptProgress;
  readonly completion_probabilities?: readonly CompletionProbability[];
  /** Only with `speculation_trace`. Not llama-server's. */
  readonly speculation_trace?: SpeculationTrace;
}

/** Whole answer; also the last event of a stream, then without text and tokens. */
export interface CompletionResponse {
  readonly index: number;
  readonly content: string;
  readonly tokens: readonly number[];
  readonly id_slot: number;
  readonly stop: true;
  readonly model: string;
  readonly tokens_predicted: number;
  readonly tokens_evaluated: number;
  readonly generation_settings: GenerationSettings;
  readonly prompt: string;
  readonly has_new_line: boolean;
  /** Whether the context was shifted, or was full. */
  readonly truncated: boolean;
  readonly stop_type: StopType;
  readonly stopping_word: string;
  readonly tokens_cached: number;
  readonly timings: Timings;
  readonly completion_probabilities?: readonly CompletionProbability[];
  /** Only with `speculation_trace`. Not llama-server's. */
  readonly speculation_trace?: SpeculationTrace;
}

/** Event of a stream; `stop` distinguishes the two types. */
export type CompletionChunk = CompletionPartial | CompletionResponse;

/** Parameters of a request as `/slots` and `/props` show them. */
export interface ReducedGenerationSettings {
  readonly seed: number;
  readonly temperature: number;
  readonly dynatemp_range: number;
  readonly dynatemp_exponent: number;
  readonly top_k: number;
  readonly top_p: number;
  readonly min_p: number;
  readonly top_n_sigma: number;
  readonly xtc_probability: number;
  readonly xtc_threshold: number;
  readonly typical_p: number;
  readonly repeat_last_n: number;
  readonly repeat_penalty: number;
  readonly presence_penalty: number;
  readonly frequency_penalty: number;
  readonly dry_multiplier: number;
  readonly dry_base: number;
  readonly dry_allowed_length: number;
  readonly dry_penalty_last_n: number;
  readonly mirostat: number;
  readonly mirostat_tau: number;
  readonly mirostat_eta: number;
  readonly adaptive_target: number;
  readonly adaptive_decay: number;
  readonly max_tokens: number;
  readonly n_predict: number;
  readonly n_keep: number;
  readonly n_discard: number;
  readonly ignore_eos: boolean;
  readonly stream: boolean;
  readonly n_probs: number;
  readonly min_keep: number;
  readonly chat_format: string;
  readonly reasoning_format: string;
  readonly reasoning_in_content: boolean;
  readonly generation_prompt: string;
  readonly samplers: readonly string[];
  readonly 'speculative.types': string;
  /** Effective draft settings. Not llama-server's. */
  readonly 'speculative.n_max': number;
  readonly 'speculative.n_min': number;
  readonly 'speculative.p_min': number;
  readonly timings_per_token: boolean;
  readonly post_sampling_probs: boolean;
  readonly backend_sampling: boolean;
  readonly lora: readonly never[];
}

/** All parameters of a request, including defaults. */
export interface GenerationSettings extends ReducedGenerationSettings {
  readonly dry_sequence_breakers: readonly string[];
  readonly stop: readonly string[];
  /** A bias of null is minus infinity: the token is banned. */
  readonly logit_bias: readonly { readonly bias: number | null; readonly token: number }[];
  readonly grammar: string;
  readonly grammar_lazy: boolean;
  readonly grammar_triggers: readonly { readonly type: number; readonly value: string }[];
  readonly preserved_tokens: readonly number[];
}

/** Body of every error response; `code` is the HTTP status. */
export interface ErrorBody {
  readonly error: {
    readonly code: number;
    readonly message: string;
    readonly type: string;
    /** Only with `exceed_context_size_error`. */
    readonly n_prompt_tokens?: number;
    readonly n_ctx?: number;
  };
}

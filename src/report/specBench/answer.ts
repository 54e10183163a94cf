/** Name of the server without speculation, with which all others are compared. */
export const PLAIN = 'none';

/** Drafts of one kind in an answer, as `timings.drafts` counts them. */
export interface AnswerDrafts {
  readonly draft_n: number;
  readonly draft_n_accepted: number;
  readonly draft_n_per_pos: readonly number[];
  readonly draft_n_accepted_per_pos: readonly number[];
}

/** Answer of a server to one prompt of the benchmark. */
export interface SpecAnswer {
  /** Kinds of speculation of the server, joined by `+`; `none` without any. */
  readonly kind: string;
  /** Index of the run: each run starts a server of every kind. */
  readonly run: number;
  readonly temperature: number;
  readonly category: string;
  /** Index of the prompt in its category. */
  readonly prompt: number;
  readonly tokens: readonly number[];
  /** Time from the first token to the last. */
  readonly ms: number;
  /** Steps behind the prompt. */
  readonly nRounds: number;
  readonly drafts: readonly AnswerDrafts[];
}

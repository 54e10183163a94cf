import * as Type from 'typebox';
import { Amount, Count, Label, Message, Name, Sha256, Timestamp } from '../schema/parts.ts';

/** Format of the file and its major version. */
export const SPEC_BENCH_SCHEMA = 'foretoken-spec-bench/1';

/** Name of the row of all categories together. */
export const ALL_CATEGORIES = 'all';

const PerPosition = Type.Array(Count, { maxItems: 1024 });

/** Figures of one kind of speculation on one category of prompts at one temperature. */
export const SpecBenchRow = Type.Object({
  kind: Name,
  /** `all` for all prompts together. */
  category: Name,
  temperature: Amount,
  /** Counts of one run; further runs give the same tokens. */
  nAnswers: Count,
  nTokens: Count,
  /** Tokens of a step of the target on average, 1 without drafts. The first token of an answer comes with its prompt and takes none. */
  tokensPerRound: Amount,
  /** Drafted tokens, and those accepted, of all runs: the length of drafts may depend on measured times. */
  draft_n: Count,
  draft_n_accepted: Count,
  /** Drafts with a token at the position, from 0, and drafts whose token there was accepted; 16 positions at most. */
  draft_n_per_pos: PerPosition,
  draft_n_accepted_per_pos: PerPosition,
  /** Tokens per second of each run. */
  tokensPerSecond: Type.Array(Amount, { maxItems: 1000 }),
  /** Median of the ratios of each run's speed and that of the same run without speculation; null if nothing was timed. */
  speedup: Type.Union([Amount, Type.Null()]),
});
export type SpecBenchRow = Type.Static<typeof SpecBenchRow>;

/** Result of `npm run spec-bench`. */
export const SpecBenchSchema = Type.Object({
  schema: Type.Literal(SPEC_BENCH_SCHEMA),
  date: Timestamp,
  commit: Label,
  browser: Label,
  adapter: Label,
  /** Files of the target and the draft model. */
  model: Name,
  modelDraft: Type.Union([Name, Type.Null()]),
  nPredict: Count,
  runs: Count,
  temperatures: Type.Array(Amount, { maxItems: 100 }),
  categories: Type.Array(Name, { maxItems: 1000 }),
  /** Compared kinds, `none` first. */
  kinds: Type.Array(Name, { minItems: 1, maxItems: 100 }),
  /** Kinds that the model does not offer, with the reason. */
  absent: Type.Array(Type.Object({ kind: Name, reason: Message }), { maxItems: 100 }),
  /** Whether all answers of all kinds and runs have the same tokens. */
  exact: Type.Boolean(),
  differences: Type.Array(Message, { maxItems: 100_000 }),
  /** SHA-256 of the tokens of all answers of the first run of each kind. */
  hashes: Type.Array(Type.Object({ kind: Name, sha256: Sha256 }), { maxItems: 100 }),
  rows: Type.Array(SpecBenchRow, { maxItems: 100_000 }),
});
export type SpecBench = Type.Static<typeof SpecBenchSchema>;

/** Circumstances of a run. */
export type SpecBenchConditions = Omit<
  SpecBench,
  'schema' | 'categories' | 'kinds' | 'exact' | 'differences' | 'hashes' | 'rows'
>;

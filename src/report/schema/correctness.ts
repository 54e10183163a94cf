import * as Type from 'typebox';
import { Amount, Count, FAILURE, KERNEL_CASE, Message, Name, Real, SHADER, Sha256 } from './parts.ts';

/** How far the GPU's values are from those of the CPU twin. */
const ERRORS = {
  nmse: Real,
  maxAbsError: Real,
  /** Largest distance in units in the last place of a float32. */
  maxUlp: Real,
  /** Largest NMSE that is right; 0 asks for equal bits. */
  tolerance: Amount,
  /** SHA-256 of the values: equal where two adapters agree bit by bit. */
  digest: Type.Optional(Sha256),
  /** Whether every repetition gave the same bits. */
  deterministic: Type.Boolean(),
  repetitions: Count,
  ms: Amount,
  ...SHADER,
};

/** One case of one kernel against its CPU twin. */
export const ConformanceCase = Type.Union([
  Type.Object({ ...KERNEL_CASE, status: Type.Literal('success'), ...ERRORS }),
  Type.Object({
    ...KERNEL_CASE,
    status: Type.Literal('wrong-result'),
    message: Message,
    ...ERRORS,
    /** Absent where no single value is to blame, as where only the repetitions differ. */
    firstBad: Type.Optional(Type.Object({ index: Count, expected: Real, actual: Real })),
  }),
  Type.Object({ ...KERNEL_CASE, ...FAILURE }),
]);
export type ConformanceCase = Type.Static<typeof ConformanceCase>;

const CONTROL = { id: Name, kernel: Name, fault: Message };

/** A kernel that was broken on purpose: a run that does not find it proves nothing. `wrong-result` is a fault not found. */
export const Control = Type.Union([
  Type.Object({ ...CONTROL, status: Type.Literal('success'), message: Type.Optional(Message) }),
  Type.Object({ ...CONTROL, status: Type.Literal('wrong-result'), message: Message }),
  Type.Object({ ...CONTROL, ...FAILURE }),
]);
export type Control = Type.Static<typeof Control>;

const INVARIANCE = {
  id: Name,
  subject: Name,
  /** Where the subject is a kernel. */
  tuning: Type.Optional(Name),
};

/** Rows whose bits have to be the same whatever shares their batch; `subject` is a kernel or a model. */
export const Invariance = Type.Union([
  Type.Object({ ...INVARIANCE, status: Type.Literal('success'), nCompared: Count }),
  Type.Object({
    ...INVARIANCE,
    status: Type.Literal('wrong-result'),
    message: Message,
    nCompared: Count,
    nDifferent: Count,
  }),
  Type.Object({ ...INVARIANCE, ...FAILURE }),
]);
export type Invariance = Type.Static<typeof Invariance>;

const GOLDEN = { model: Name, golden: Name };
const AGREEMENT = { nTokens: Count, nAgreeing: Count };

/** Greedy tokens against known ones, each decoded behind the known ones. */
export const Golden = Type.Union([
  Type.Object({ ...GOLDEN, status: Type.Literal('success'), ...AGREEMENT }),
  Type.Object({
    ...GOLDEN,
    status: Type.Literal('wrong-result'),
    message: Message,
    ...AGREEMENT,
    firstDisagreement: Type.Object({ index: Count, expected: Count, actual: Count }),
  }),
  Type.Object({ ...GOLDEN, ...FAILURE }),
]);
export type Golden = Type.Static<typeof Golden>;

const DRAFT = { model: Name, draft: Name, nDraft: Count };
const ACCEPTANCE = {
  /** Of the tokens drafted at position 1, 2, … the share that was accepted. */
  acceptancePerPosition: Type.Array(Type.Number({ minimum: 0, maximum: 1 }), { maxItems: 1000 }),
};

/** An answer with a draft against the one without, which has to be the same. */
export const DraftCheck = Type.Union([
  Type.Object({ ...DRAFT, status: Type.Literal('success'), nTokens: Count, ...ACCEPTANCE }),
  Type.Object({
    ...DRAFT,
    status: Type.Literal('wrong-result'),
    message: Message,
    nTokens: Count,
    firstDifference: Count,
    ...ACCEPTANCE,
  }),
  Type.Object({ ...DRAFT, ...FAILURE }),
]);
export type DraftCheck = Type.Static<typeof DraftCheck>;

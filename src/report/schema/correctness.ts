import * as Type from 'typebox';
import { Amount, Count, FAILURE, KERNEL_CASE, Message, Name, Real, SHADER, Sha256 } from './parts.ts';

/** Differences between the values of the GPU and those of the CPU twin. */
const ERRORS = {
  nmse: Real,
  maxAbsError: Real,
  /** Largest distance in units in the last place of a float32. */
  maxUlp: Real,
  /** Largest NMSE that passes; 0 requires equal bits. */
  tolerance: Amount,
  /** SHA-256 of the values; equal if two adapters agree bit by bit. */
  digest: Type.Optional(Sha256),
  /** Whether every repetition had the same bits. */
  deterministic: Type.Boolean(),
  repetitions: Count,
  ms: Amount,
  ...SHADER,
};

/** Case of one kernel, compared with its CPU twin. */
export const ConformanceCase = Type.Union([
  Type.Object({ ...KERNEL_CASE, status: Type.Literal('success'), ...ERRORS }),
  Type.Object({
    ...KERNEL_CASE,
    status: Type.Literal('wrong-result'),
    message: Message,
    ...ERRORS,
    /** Absent if no single value is wrong, e.g. if only the repetitions differ. */
    firstBad: Type.Optional(Type.Object({ index: Count, expected: Real, actual: Real })),
  }),
  Type.Object({ ...KERNEL_CASE, ...FAILURE }),
]);
export type ConformanceCase = Type.Static<typeof ConformanceCase>;

const CONTROL = { id: Name, kernel: Name, fault: Message };

/**
 * Kernel that was broken on purpose: a run that does not detect it proves nothing. `wrong-result` means that the fault was not
 * detected.
 */
export const Control = Type.Union([
  Type.Object({ ...CONTROL, status: Type.Literal('success'), message: Type.Optional(Message) }),
  Type.Object({ ...CONTROL, status: Type.Literal('wrong-result'), message: Message }),
  Type.Object({ ...CONTROL, ...FAILURE }),
]);
export type Control = Type.Static<typeof Control>;

const INVARIANCE = {
  id: Name,
  subject: Name,
  /** Present if the subject is a kernel. */
  tuning: Type.Optional(Name),
};

/** Comparison of rows whose bits must not depend on their batch; `subject` is a kernel or a model. */
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

/** Greedy tokens compared with known ones, each decoded after the known ones before it. */
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
  /** Share of the tokens drafted at position 1, 2, … that was accepted. */
  acceptancePerPosition: Type.Array(Type.Number({ minimum: 0, maximum: 1 }), { maxItems: 1000 }),
};

/** Comparison of an answer with a draft and without; both must be the same. */
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

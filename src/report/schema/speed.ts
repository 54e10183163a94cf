import * as Type from 'typebox';
import { Amount, Count, FAILURE, KERNEL_CASE, Measurement, Name, oneOf, SAMPLES, SHADER } from './parts.ts';

/** Limits of the adapter, measured on itself; kernels are compared with them. Older reports lack the optional ones. */
export const OwnLimits = Type.Object({
  copyGbPerSecond: Measurement,
  readGbPerSecond: Type.Optional(Measurement),
  fmaGflops: Measurement,
  /** Time of one more dispatch in a submit that has many, each of which waits for the one before. */
  dispatchMs: Measurement,
  /** Time of one more dispatch if none waits for another. */
  independentDispatchMs: Type.Optional(Measurement),
  /** Time from an almost empty submit until its result is read. */
  submitToReadbackMs: Measurement,
  /** The same with an empty submit every millisecond meanwhile. */
  kickedReadbackMs: Type.Optional(Measurement),
});
export type OwnLimits = Type.Static<typeof OwnLimits>;

const SHAPE = {
  ...KERNEL_CASE,
  ...SHADER,
  /** Bytes that the kernel has to read and write, and its operations, where a fused multiply-add counts as two. */
  bytes: Count,
  flops: Count,
  /** Whether large inputs came from memory: the kernel took turns at copies that exceed the caches. Older reports lack it. */
  fromMemory: Type.Optional(Type.Boolean()),
};

/** Time of one kernel in milliseconds. The fractions are null if the limit was not measured. */
export const KernelSpeed = Type.Union([
  Type.Object({
    ...SHAPE,
    status: Type.Literal('success'),
    ...SAMPLES,
    gbPerSecond: Amount,
    gflops: Amount,
    fractionOfCopy: Type.Union([Amount, Type.Null()]),
    fractionOfRead: Type.Optional(Type.Union([Amount, Type.Null()])),
    fractionOfFma: Type.Union([Amount, Type.Null()]),
  }),
  Type.Object({ ...SHAPE, ...FAILURE }),
]);
export type KernelSpeed = Type.Static<typeof KernelSpeed>;

const RUN = {
  model: Name,
  kind: oneOf(['prefill', 'decode']),
  /** Number of earlier positions in the KV cache. */
  depth: Count,
  nTokens: Count,
  cacheType: Type.Optional(Name),
  /** Most prompt rows in one batch. */
  nBatch: Type.Optional(Count),
  /** Temperature of a server's answer, 0 for a greedy one; absent if a model decoded greedily without a server. */
  temperature: Type.Optional(Amount),
};

/** Tokens per second. */
export const Throughput = Type.Union([
  Type.Object({ ...RUN, status: Type.Literal('success'), ...SAMPLES }),
  Type.Object({ ...RUN, ...FAILURE }),
]);
export type Throughput = Type.Static<typeof Throughput>;

const PAIR = { model: Name, draft: Name, nDraft: Count };

/** Speed of decoding with a draft, relative to that without. */
export const Speculation = Type.Union([
  Type.Object({
    ...PAIR,
    status: Type.Literal('success'),
    ...SAMPLES,
    acceptance: Type.Number({ minimum: 0, maximum: 1 }),
  }),
  Type.Object({ ...PAIR, ...FAILURE }),
]);
export type Speculation = Type.Static<typeof Speculation>;

export const Load = Type.Object({ model: Name, loadMs: Measurement, compileMs: Measurement });
export type Load = Type.Static<typeof Load>;

export const Speed = Type.Object({
  limits: OwnLimits,
  kernels: Type.Array(KernelSpeed, { maxItems: 10_000 }),
  throughput: Type.Array(Throughput, { maxItems: 1000 }),
  speculation: Type.Array(Speculation, { maxItems: 1000 }),
  load: Type.Array(Load, { maxItems: 100 }),
});
export type Speed = Type.Static<typeof Speed>;

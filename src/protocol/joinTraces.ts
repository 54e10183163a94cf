import type { SpeculationTrace } from './completion.ts';

/** Trace of consecutive parts of one answer, as the events of a stream have them. */
export function joinTraces(parts: readonly SpeculationTrace[]): SpeculationTrace {
  return { tokens: parts.flatMap(({ tokens }) => tokens), rounds: parts.flatMap(({ rounds }) => rounds) };
}

import type { Timings } from '../../../client/index.ts';
import { duration, percent, rate } from '../format.ts';

/** Figures of an answer, or of the part that was added last, each in a few words. */
export function figuresText(timings: Timings | null, isLastPart = false): readonly string[] {
  if (timings === null) return [];
  return [
    `${isLastPart ? 'last part: ' : ''}${timings.predicted_n} tokens`,
    ...(timings.predicted_per_second > 0 ? [`${rate(timings.predicted_per_second)} per second`] : []),
    `first after ${duration(timings.prompt_ms)}`,
    ...(timings.draft_n
      ? [`${percent(timings.draft_n_accepted ?? 0, timings.draft_n)} of the draft accepted`]
      : []),
  ];
}

/** Summary of samples. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)] + sorted[Math.floor(sorted.length / 2)]) / 2;
}

export function summary(samples: readonly number[]): Summary {
  return { median: median(samples), min: Math.min(...samples), max: Math.max(...samples) };
}

/** Median of the ratios of samples of the same round: `samples` over `base`. Load in a round slows down both. */
export function pairedRatio(samples: readonly number[], base: readonly number[]): number {
  return median(samples.map((sample, round) => sample / base[round]));
}

/**
 * Runs `measure` of every name in turn, `repetitions` times after a warm-up round. Other load slows down neighbouring runs alike,
 * so ratios of alternating samples are more reliable than ratios of consecutive runs.
 */
export async function alternate<Name extends string>(
  names: readonly Name[],
  repetitions: number,
  measure: (name: Name) => Promise<number>,
): Promise<Record<Name, number[]>> {
  const samples = Object.fromEntries(names.map(name => [name, []])) as unknown as Record<Name, number[]>;
  for (let round = 0; round <= repetitions; round++) {
    for (const name of names) {
      const sample = await measure(name);
      if (round > 0) samples[name].push(sample);
    }
  }
  return samples;
}

/** Milliseconds that `work` takes. */
export async function elapsed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

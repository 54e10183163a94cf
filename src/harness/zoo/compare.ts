import type { CompletionResponse } from '../../protocol/completion.ts';
import type { GreedyGolden } from './golden.ts';

/**
 * Largest difference of a log-probability. Another order of sums causes less than 1e-4 in f32; a router that flips, or rounded
 * activations, cause more; a wrong formula causes far more.
 */
const MAX_LOGPROB_ERROR = 5e-3;
/** Difference of log-probabilities below which two candidates may swap. */
const TIE = 1e-2;
/** Largest root mean square error of an embedding, relative to that of its values. */
const MAX_EMBEDDING_ERROR = 4e-3;

/** Result of a comparison. */
export interface Finding {
  /** First difference from the golden answer; null if there is none. */
  readonly fault: string | null;
  /** Largest error found. */
  readonly error: number;
}

/**
 * Compares an answer with the five likeliest tokens at each of its positions (`n_probs: 5`). After a near tie that was decided
 * differently the text differs, so the comparison ends there.
 */
export function compareGreedy(golden: GreedyGolden, answer: CompletionResponse): Finding {
  const { tokens = [], completion_probabilities: rows = [] } = answer;
  let error = 0;
  const fail = (fault: string): Finding => ({ fault, error });
  for (const [i, expected] of golden.tokens.entries()) {
    const best = golden.top[i];
    if (tokens[i] !== expected) {
      const lead = best[0][1] - best[1][1];
      return lead < TIE ? { fault: null, error } : fail(`token ${i} is ${tokens[i]}, not ${expected}`);
    }
    const row = rows[i];
    const given = new Map(
      row && 'top_logprobs' in row ? row.top_logprobs.map(({ id, logprob }) => [id, logprob]) : [],
    );
    if (!given.has(expected)) return fail(`token ${i} has no log-probability`);
    for (const [id, logprob] of best) {
      const difference = Math.abs((given.get(id) ?? logprob) - logprob);
      // Also fails for NaN.
      if (!(difference <= MAX_LOGPROB_ERROR))
        return fail(
          `log-probability of ${id} at ${i} is ${given.get(id)?.toFixed(4)}, not ${logprob.toFixed(4)}`,
        );
      error = Math.max(error, difference);
    }
  }
  return { fault: null, error };
}

/** Compares two vectors, or two lists of vectors. */
export function compareEmbedding(expected: readonly number[], given: readonly number[]): Finding {
  if (given.length !== expected.length)
    return { fault: `${given.length} values, not ${expected.length}`, error: Number.POSITIVE_INFINITY };
  const error = rootMeanSquare(given.map((value, i) => value - expected[i])) / rootMeanSquare(expected);
  return { fault: error <= MAX_EMBEDDING_ERROR ? null : `off by ${error.toPrecision(2)}`, error };
}

/** Compares lists of ids. */
export function compareIds(expected: readonly number[], given: readonly number[] | undefined): Finding {
  if (given === undefined) return { fault: 'no ids', error: 0 };
  const at = expected.findIndex((id, i) => id !== given[i]);
  if (at >= 0) return { fault: `id ${at} is ${given[at]}, not ${expected[at]}`, error: 0 };
  const surplus = given.length - expected.length;
  return { fault: surplus === 0 ? null : `${surplus} ids too many`, error: 0 };
}

function rootMeanSquare(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

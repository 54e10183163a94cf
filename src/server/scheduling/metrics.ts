import type { StepResult } from '../../engine/sequence.ts';
import type { DraftCounts, Timings } from '../../protocol/completion.ts';
import { draftMetrics } from './draftMetrics.ts';
import { DraftTally } from './draftTally.ts';
import { counter, gauge, sample } from './prometheus.ts';

/** Tokens, model steps, and milliseconds. */
interface Work {
  nTokens: number;
  nSteps: number;
  ms: number;
}

/** Current load, as shown by `/metrics`. */
export interface Load {
  readonly nProcessing: number;
  readonly nDeferred: number;
}

/** Counters of a server since its creation, including the times when its models were unloaded. */
export class Metrics {
  readonly #prompt = noWork();
  readonly #predicted = noWork();
  /** Work since the last scrape. */
  #recentPrompt = noWork();
  #recentPredicted = noWork();
  #nCached = 0;
  #nDecode = 0;
  #nBusy = 0;
  #nTokensMax = 0;
  readonly #drafts = new DraftTally();

  /** All drafts since the creation. */
  get drafts(): readonly DraftCounts[] {
    return this.#drafts.counts;
  }

  /** Counts a step of the target with its `results`. */
  stepped(results: readonly StepResult[]): void {
    this.#nDecode++;
    this.#nBusy += results.length;
    for (const result of results) {
      this.#nTokensMax = Math.max(this.#nTokensMax, result.sequence.nPast);
      this.#drafts.add(result);
    }
  }

  /** Counts a task that has ended, with its timings. */
  finished(timings: Timings): void {
    this.#nCached += timings.cache_n;
    for (const work of [this.#prompt, this.#recentPrompt]) {
      add(work, timings.prompt_n, timings.prompt_n, timings.prompt_ms);
    }
    for (const work of [this.#predicted, this.#recentPredicted]) {
      // The first token comes with the end of the prompt and takes no step of its own.
      add(work, timings.predicted_n, Math.max(0, timings.predicted_n - 1), timings.predicted_ms);
    }
  }

  /** Prometheus exposition format. Rates cover the time since the last call. */
  scrape({ nProcessing, nDeferred }: Load): string {
    const lines = [
      counter(
        'prompt_tokens_total',
        'Prompt tokens decoded, without those from the cache',
        this.#prompt.nTokens,
      ),
      counter('prompt_tokens_cached_total', 'Prompt tokens that a cache held already', this.#nCached),
      counter('prompt_seconds_total', 'Time spent on prompts', this.#prompt.ms / 1000),
      counter('tokens_predicted_total', 'Tokens generated', this.#predicted.nTokens),
      counter('tokens_predicted_seconds_total', 'Time spent generating', this.#predicted.ms / 1000),
      counter('n_decode_total', 'Batches decoded by the target model', this.#nDecode),
      counter('n_tokens_max', 'Longest sequence so far', this.#nTokensMax),
      gauge(
        'prompt_tokens_seconds',
        'Prompt tokens per second since the last scrape',
        rate(this.#recentPrompt),
      ),
      gauge(
        'predicted_tokens_seconds',
        'Tokens generated per second since the last scrape',
        rate(this.#recentPredicted),
      ),
      gauge('requests_processing', 'Requests in a slot', nProcessing),
      gauge('requests_deferred', 'Requests that wait for a slot', nDeferred),
      gauge(
        'n_busy_slots_per_decode',
        'Busy slots in a batch, on average',
        this.#nBusy / Math.max(1, this.#nDecode),
      ),
      draftMetrics(this.drafts),
    ];
    this.#recentPrompt = noWork();
    this.#recentPredicted = noWork();
    return lines.join('');
  }
}

/** Number of times that the tab behind a port was replaced; '' if there is no port. llama-server has no such metric. */
export function restartsMetric(restarts: number | undefined): string {
  if (restarts === undefined) return '';
  return sample('foretoken_tab_restarts_total', 'counter', 'Tabs that died and were replaced', restarts);
}

function noWork(): Work {
  return { nTokens: 0, nSteps: 0, ms: 0 };
}

function add(work: Work, nTokens: number, nSteps: number, ms: number): void {
  work.nTokens += nTokens;
  work.nSteps += nSteps;
  work.ms += ms;
}

function rate({ nSteps, ms }: Work): number {
  return ms === 0 ? 0 : (1000 * nSteps) / ms;
}

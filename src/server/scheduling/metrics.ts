import type { StepResult } from '../../engine/sequence.ts';
import type { Timings } from '../../protocol/completion.ts';

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
  #nDrafted = 0;
  #nDrafts = 0;
  /** Accepted draft tokens by position in the draft. */
  readonly #acceptedAt: number[] = [];

  /** Counts a step of the target with its `results`. */
  stepped(results: readonly StepResult[]): void {
    this.#nDecode++;
    this.#nBusy += results.length;
    for (const { sequence, draft, nAccepted } of results) {
      this.#nTokensMax = Math.max(this.#nTokensMax, sequence.nPast);
      this.#nDrafted += draft.length;
      if (draft.length > 0) this.#nDrafts++;
      for (let i = 0; i < nAccepted; i++) this.#acceptedAt[i] = (this.#acceptedAt[i] ?? 0) + 1;
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
    const nAccepted = this.#acceptedAt.reduce((sum, n) => sum + n, 0);
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
      counter('spec_decode_num_draft_tokens_total', 'Draft tokens verified', this.#nDrafted),
      counter('spec_decode_num_accepted_tokens_total', 'Draft tokens accepted', nAccepted),
      counter('spec_decode_num_drafts_total', 'Drafts verified', this.#nDrafts),
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
      ...this.#perPosition(),
    ];
    this.#recentPrompt = noWork();
    this.#recentPredicted = noWork();
    return lines.join('');
  }

  #perPosition(): string[] {
    if (this.#acceptedAt.length === 0) return [];
    const name = 'llamacpp:spec_decode_num_accepted_tokens_per_pos_total';
    const samples = this.#acceptedAt.map((n, i) => `${name}{position="${i}"} ${n}\n`);
    return [head(name, 'counter', 'Draft tokens accepted, by their position in the draft'), ...samples];
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

function head(name: string, type: string, help: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
}

function sample(name: string, type: string, help: string, value: number): string {
  return `${head(name, type, help)}${name} ${value}\n`;
}

function counter(name: string, help: string, value: number): string {
  return sample(`llamacpp:${name}`, 'counter', help, value);
}

function gauge(name: string, help: string, value: number): string {
  return sample(`llamacpp:${name}`, 'gauge', help, value);
}

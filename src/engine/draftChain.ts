import type { TokenId } from '../forward/forward.ts';
import type { DraftRequest, DraftSource } from './draftSource.ts';
import type { Sequence, StepResult } from './sequence.ts';

/** Combines several sources: each sequence gets the first draft that is not empty, in the order of the sources. */
export class DraftChain implements DraftSource {
  readonly #sources: readonly DraftSource[];

  constructor(sources: readonly DraftSource[]) {
    this.#sources = sources;
  }

  longest(sequence: Sequence): number {
    return Math.max(0, ...this.#sources.map(source => source.longest(sequence)));
  }

  async draft(requests: readonly DraftRequest[]): Promise<TokenId[][]> {
    const drafts = new Map<DraftRequest, TokenId[]>();
    for (const source of this.#sources) {
      const waiting = requests.filter(request => !drafts.has(request));
      if (waiting.length === 0) break;
      const drafted = await source.draft(waiting);
      for (const [i, request] of waiting.entries()) {
        if (drafted[i].length > 0) drafts.set(request, drafted[i]);
      }
    }
    return requests.map(request => drafts.get(request) ?? []);
  }

  async follow(sequences: readonly Sequence[]): Promise<void> {
    for (const source of this.#sources) await source.follow(sequences);
  }

  stepped(results: readonly StepResult[], ms: number): void {
    for (const source of this.#sources) source.stepped?.(results, ms);
  }

  shift(slot: number, keep: number, discard: number): void {
    for (const source of this.#sources) source.shift(slot, keep, discard);
  }

  copy(from: number, to: number, nTokens: number): void {
    for (const source of this.#sources) source.copy(from, to, nTokens);
  }
}

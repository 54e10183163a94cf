import type { DraftKind } from '../forward/drafting.ts';
import type { TokenId } from '../forward/forward.ts';
import { assert } from '../util/assert.ts';
import type { DraftRequest, DraftSource } from './draftSource.ts';
import type { Sequence, StepResult } from './sequence.ts';

/** Combines several sources: each sequence gets the first draft that is not empty, in the order of the sources. */
export class DraftChain implements DraftSource {
  readonly #sources: readonly DraftSource[];
  /** Source of each sequence's last draft. */
  readonly #drafters = new WeakMap<Sequence, DraftSource>();

  constructor(sources: readonly DraftSource[]) {
    this.#sources = sources;
  }

  longest(sequence: Sequence): number {
    return Math.max(0, ...this.#sources.map(source => source.longest(sequence)));
  }

  drafterOf(sequence: Sequence): DraftKind {
    const source = this.#drafters.get(sequence);
    assert(source !== undefined, () => `slot ${sequence.slot} has had no draft`);
    return source.drafterOf(sequence);
  }

  async draft(requests: readonly DraftRequest[]): Promise<TokenId[][]> {
    const drafts = new Map<DraftRequest, TokenId[]>();
    for (const source of this.#sources) {
      const waiting = requests.filter(request => !drafts.has(request));
      if (waiting.length === 0) break;
      const drafted = await source.draft(waiting);
      for (const [i, request] of waiting.entries()) {
        if (drafted[i].length === 0) continue;
        drafts.set(request, drafted[i]);
        this.#drafters.set(request.sequence, source);
      }
    }
    return requests.map(request => drafts.get(request) ?? []);
  }

  passes(requests: readonly DraftRequest[], nAhead: number): boolean {
    // Every source decides, also behind one that does not pass.
    return this.#sources.filter(source => !source.passes?.(requests, nAhead)).length === 0;
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

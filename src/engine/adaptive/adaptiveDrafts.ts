import type { DraftKind } from '../../forward/drafting.ts';
import type { TokenId } from '../../forward/forward.ts';
import type { DraftRequest, DraftSource, PlannedDrafts, SubmittedRound } from '../draftSource.ts';
import type { Sequence, StepResult } from '../sequence.ts';
import { Acceptance } from './acceptance.ts';
import { DraftPacer } from './draftPacer.ts';
import { ownRound } from './ownRound.ts';

/** Pacing state of one sequence. */
interface Pace {
  readonly acceptance: Acceptance;
  /** Whether its last round had a draft. */
  isWarm: boolean;
}

/** Draft source that chooses the draft length with the highest measured throughput. The length is 0 where drafts do not pay. */
export class AdaptiveDrafts implements DraftSource {
  readonly #source: DraftSource;
  readonly #pacer = new DraftPacer();
  readonly #general = new Acceptance();
  readonly #paces = new WeakMap<Sequence, Pace>();
  /** Lengths for the current step, and those already decided for the next one. */
  #chosen: ReadonlyMap<Sequence, number> = new Map();
  #chosenNext: ReadonlyMap<Sequence, number> = new Map();
  /** Sequences that this source drafted for in the current step. */
  readonly #drafted = new Set<Sequence>();

  constructor(source: DraftSource) {
    this.#source = source;
  }

  longest(sequence: Sequence): number {
    return this.#source.longest(sequence);
  }

  drafterOf(sequence: Sequence): DraftKind {
    return this.#source.drafterOf(sequence);
  }

  async draft(requests: readonly DraftRequest[]): Promise<TokenId[][]> {
    const drafting = this.#choose(requests);
    if (drafting.length === 0) return requests.map(() => []);
    const drafts = await this.#source.draft(drafting);
    for (const [i, { sequence }] of drafting.entries()) if (drafts[i].length > 0) this.#drafted.add(sequence);
    return inOrder(requests, drafting, drafts);
  }

  plan(requests: readonly DraftRequest[]): PlannedDrafts | null {
    const drafting = this.#choose(requests);
    const planned = drafting.length === 0 ? null : (this.#source.plan?.(drafting) ?? null);
    if (planned === null) return null;
    return {
      drafts: inOrder(requests, drafting, planned.drafts),
      submit: (rows, kind) => this.#submitted(planned.submit(rows, kind), requests, drafting),
    };
  }

  passes(requests: readonly DraftRequest[], nAhead: number): boolean {
    if (this.#source.passes?.(requests, nAhead)) return true;
    // Lengths are decided one step at a time.
    if (nAhead > 1) return false;
    this.#chosenNext = this.#lengths(requests);
    return [...this.#chosenNext.values()].every(length => length === 0);
  }

  stepped(results: readonly StepResult[], ms: number): void {
    for (const { sequence, draft, nAccepted } of results) {
      if (this.#drafted.has(sequence)) this.#paceOf(sequence).acceptance.record(draft.length, nAccepted);
    }
    const round = ownRound(results, this.#drafted, ms);
    if (round) {
      this.#pacer.record({
        ...round,
        isCold: results.some(({ sequence }) => this.#paceOf(sequence).isWarm !== this.#drafted.has(sequence)),
      });
    }
    for (const { sequence } of results) this.#paceOf(sequence).isWarm = this.#drafted.has(sequence);
    this.#drafted.clear();
    this.#chosen = this.#chosenNext;
    this.#chosenNext = new Map();
  }

  follow(sequences: readonly Sequence[]): Promise<void> {
    return this.#source.follow(sequences);
  }

  shift(slot: number, keep: number, discard: number): void {
    this.#source.shift(slot, keep, discard);
  }

  copy(from: number, to: number, nTokens: number): void {
    this.#source.copy(from, to, nTokens);
  }

  /** Round of drafts for `drafting`, some of `requests`. */
  #submitted(
    round: SubmittedRound,
    requests: readonly DraftRequest[],
    drafting: readonly DraftRequest[],
  ): SubmittedRound {
    return {
      read: async () => {
        for (const { sequence } of drafting) this.#drafted.add(sequence);
        const { drafts, outputs } = await round.read();
        return { drafts: inOrder(requests, drafting, drafts), outputs };
      },
      following: next => {
        this.#chosenNext = this.#lengths(next);
        const limited = limitedTo(this.#chosenNext, next);
        const following = limited.length < next.length ? null : (round.following?.(limited) ?? null);
        return (
          following && {
            nDraft: following.nDraft,
            submit: () => this.#submitted(following.submit(), next, limited),
          }
        );
      },
    };
  }

  /** Requests to draft for, each with its length. Lengths are decided once per step. */
  #choose(requests: readonly DraftRequest[]): DraftRequest[] {
    const undecided = requests.filter(({ sequence }) => !this.#chosen.has(sequence));
    if (undecided.length > 0) this.#chosen = new Map([...this.#chosen, ...this.#lengths(undecided)]);
    return limitedTo(this.#chosen, requests);
  }

  #lengths(requests: readonly DraftRequest[]): Map<Sequence, number> {
    const lengths = this.#pacer.choose(
      requests.map(({ sequence, nMax }) => ({
        acceptance: this.#paceOf(sequence).acceptance,
        nMin: Math.min(nMax, sequence.speculative.nMin),
        nMax: Math.min(nMax, this.#source.longest(sequence)),
      })),
    );
    return new Map(requests.map(({ sequence }, i) => [sequence, lengths[i]]));
  }

  #paceOf(sequence: Sequence): Pace {
    const pace = this.#paces.get(sequence) ?? { acceptance: new Acceptance(this.#general), isWarm: false };
    this.#paces.set(sequence, pace);
    return pace;
  }
}

/** Requests with a length in `lengths`, limited to it. */
function limitedTo(
  lengths: ReadonlyMap<Sequence, number>,
  requests: readonly DraftRequest[],
): DraftRequest[] {
  return requests.flatMap(request => {
    const nMax = Math.min(request.nMax, lengths.get(request.sequence) ?? 0);
    return nMax > 0 ? [{ sequence: request.sequence, nMax }] : [];
  });
}

/** Drafts in the order of `requests`. Requests that are not in `drafting` get an empty draft. */
function inOrder<T>(
  requests: readonly DraftRequest[],
  drafting: readonly DraftRequest[],
  drafts: readonly (readonly T[])[],
): T[][] {
  return requests.map(({ sequence }) => [
    ...(drafts[drafting.findIndex(other => other.sequence === sequence)] ?? []),
  ]);
}

import type { StepResult } from '../../engine/sequence.ts';
import type { DraftKind } from '../../forward/drafting.ts';
import type { TokenId } from '../../forward/forward.ts';
import type { TokenSource } from '../../protocol/completion.ts';

/** Token of a generation: where it came from, and the index of its round. */
export interface TokenOrigin {
  readonly token: TokenId;
  readonly source: TokenSource;
  readonly round: number | null;
}

/** Step behind the prompt: the draft that it verified, and its duration. */
export interface Round {
  readonly drafter: DraftKind | null;
  readonly draft: readonly TokenId[];
  readonly nAccepted: number;
  readonly ms: number;
}

/** Records the origin of every token of a generation, for `speculation_trace`. */
export class Trace {
  readonly #tokens: TokenOrigin[] = [];
  readonly #rounds: Round[] = [];

  /** Records a step behind the prompt. Its tokens follow through `took`. */
  stepped({ drafter, draft, nAccepted }: StepResult, ms: number): void {
    this.#rounds.push({ drafter, draft, nAccepted, ms });
  }

  /** Records token number `i` of the last step, or the one that came with the end of the prompt. */
  took({ sampled, drafter, draft }: StepResult, i: number): void {
    const { token, drafted } = sampled[i];
    const own = i > 0 && i === draft.length ? 'bonus' : 'target';
    const round = this.#rounds.length === 0 ? null : this.#rounds.length - 1;
    this.#tokens.push({ token, source: drafted && drafter !== null ? drafter : own, round });
  }

  /** Tokens from number `start` on, and the rounds that began with one of them. */
  since(start: number): { readonly tokens: readonly TokenOrigin[]; readonly rounds: readonly Round[] } {
    const known = this.#tokens[start - 1]?.round ?? -1;
    return { tokens: this.#tokens.slice(start), rounds: this.#rounds.slice(known + 1) };
  }
}

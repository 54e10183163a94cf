import type { Vector } from './blocks/vector.ts';
import type { CpuTwin } from './forward.ts';

/** Drafted token, and by how much its logit exceeds the next one. */
export interface TwinDraft {
  readonly token: number;
  readonly margin: number;
}

/** Model that decodes a token with the state of the position before, and returns its own. */
export type StateTwin = Pick<CpuTwin, 'embed' | 'logits'>;

/**
 * CPU twin of a target with its MTP head or EAGLE-3 draft, for one sequence that only grows. The head decodes a token with the target's
 * state of the position before, and drafts with its own.
 */
export class MtpTwin {
  readonly #target: Pick<StateTwin, 'embed'>;
  readonly #head: StateTwin;
  /** States of the target by position. */
  readonly #states: Vector[] = [];
  /** Positions that the head has decoded with them. */
  #nDecoded = 0;

  constructor(target: Pick<StateTwin, 'embed'>, head: StateTwin) {
    this.#target = target;
    this.#head = head;
  }

  /** Drafts `nDraft` tokens behind `tokens`, of which the target has not decoded the last one. */
  draft(tokens: readonly number[], nDraft: number): TwinDraft[] {
    const last = tokens.length - 1;
    for (let position = this.#states.length; position < last; position++)
      this.#states.push(this.#target.embed(tokens[position], position));
    let state: Vector | undefined;
    for (; this.#nDecoded <= last; this.#nDecoded++)
      state = this.#head.embed(tokens[this.#nDecoded], this.#nDecoded, this.#states[this.#nDecoded - 1]);
    const drafts: TwinDraft[] = [];
    for (let position = last + 1; state !== undefined; position++) {
      const draft = likeliest(this.#head.logits(state));
      drafts.push(draft);
      if (drafts.length === nDraft) break;
      state = this.#head.embed(draft.token, position, state);
    }
    return drafts;
  }
}

function likeliest(logits: Vector): TwinDraft {
  const [first, second] = [...logits.keys()].sort((a, b) => logits[b] - logits[a] || a - b);
  return { token: first, margin: logits[first] - logits[second] };
}

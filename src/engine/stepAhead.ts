import type { AheadRow, Candidates, OutputKind, TokenId } from '../forward/forward.ts';
import type { ForwardPass } from '../forward/forwardPass.ts';
import { likeliest } from './likeliest.ts';
import { type Sequence, widerOutput } from './sequence.ts';

/** Row of a submitted step: its sequence and position, and its place among the step's outputs. */
interface SubmittedRow {
  readonly sequence: Sequence;
  readonly position: number;
  readonly output: number;
}

/** Step of the target that was submitted but not read, with an output for each of `rows`. */
export interface SubmittedStep {
  readonly rows: readonly SubmittedRow[];
  readonly kind: OutputKind;
  readonly outputs: Promise<Candidates[]>;
}

/** Row of a step that continues another one: its token is the likeliest after output `from` of that step. */
interface BehindRow extends SubmittedRow {
  readonly from: number;
}

interface StepBehind extends SubmittedStep {
  readonly rows: readonly BehindRow[];
}

/** Sequences of a step to submit, and what to return of its outputs. */
export interface Continuation {
  readonly sequences: readonly Sequence[];
  readonly kind: OutputKind;
}

/**
 * Submits the next steps before the current one is read: the GPU continues with its own argmax tokens while the CPU still reads
 * and samples. A step is valid only if every sequence asked for has reached exactly the state that was foreseen for it. If the
 * next `take` asks for other sequences or tokens, because a request has joined, a stop string was found or a sampler chose an
 * unlikelier token, all these steps are discarded. Nothing has to be undone: they took no cells, and they wrote only positions
 * after the valid ones, like a rejected draft. Later calls (steps, shifts, copies of the cache) follow them in the queue.
 */
export class StepAhead {
  readonly #target: ForwardPass;
  /** Steps that were submitted and not taken, each behind the one before. */
  #behind: readonly StepBehind[] = [];
  /** Likeliest token of each output of the step that was read last, on which the first of `#behind` depends. */
  #likeliest: readonly TokenId[] = [];

  constructor(target: ForwardPass) {
    this.#target = target;
  }

  /**
   * Returns the submitted step if it has a row for each of `sequences`, which all have one pending token, and outputs of at least
   * `kind`. Otherwise discards all submitted steps.
   */
  take(sequences: readonly Sequence[], kind: OutputKind): SubmittedStep | null {
    const [next, ...later] = this.#behind;
    this.#behind = [];
    if (next === undefined || widerOutput(next.kind, kind) !== next.kind) return null;
    const rows = sequences.flatMap(
      sequence =>
        next.rows.find(row => row.sequence === sequence && isNext(row, this.#likeliest[row.from])) ?? [],
    );
    if (rows.length < sequences.length) return null;
    this.#behind = later;
    return { ...next, rows };
  }

  /**
   * Reads `step`: returns the outputs of its rows. Before that, submits the steps behind it as far as `continuation` goes: given
   * n, it returns the n-th step behind `step`, whose sequences are some of those before it, or null.
   */
  async read(step: SubmittedStep, continuation: (n: number) => Continuation | null): Promise<Candidates[]> {
    this.#submitBehind(step, continuation);
    let outputs: readonly Candidates[];
    try {
      outputs = await step.outputs;
    } catch (error) {
      this.#behind = [];
      throw error;
    }
    if (this.#behind.length > 0) this.#likeliest = outputs.map(row => likeliest(row, step.kind));
    return step.rows.map(({ output }) => outputs[output]);
  }

  #submitBehind(step: SubmittedStep, continuation: (n: number) => Continuation | null): void {
    for (;;) {
      const next = continuation(this.#behind.length + 1);
      if (next === null) return;
      const { kind } = next;
      const { rows: before } = this.#behind.at(-1) ?? step;
      const rows = before
        .filter(({ sequence }) => next.sequences.includes(sequence))
        .map((row, output) => ({ ...row, position: row.position + 1, from: row.output, output }));
      const outputs = this.#target.forwardAhead(rows.map(aheadRow), kind, this.#behind.length + 1);
      if (outputs === null) return;
      // A failure of a discarded step must not become an unhandled rejection.
      outputs.catch(() => {});
      this.#behind = [...this.#behind, { rows, kind, outputs }];
    }
  }
}

function aheadRow({ sequence: { slot }, position, from }: BehindRow): AheadRow {
  return { slot, position, from };
}

/** Whether `token` at the row's position is what the row's sequence has to decode next. */
function isNext({ sequence: { nPast, tokens }, position }: BehindRow, token: TokenId): boolean {
  return position === nPast && token === tokens[nPast];
}

import type { Candidates, TokenId } from '../forward/forward.ts';
import type { ForwardPass } from '../forward/forwardPass.ts';
import type { Sequence } from './sequence.ts';

/** Step of the target that was submitted but not read: `sequences[i]` has output row `at[i]`. */
export interface SubmittedStep {
  readonly sequences: readonly Sequence[];
  readonly at: readonly number[];
  readonly outputs: Promise<Candidates[]>;
}

/** Predicted state of a row's sequence; the row is valid only if the sequence reaches exactly this state. */
interface Foreseen {
  readonly sequence: Sequence;
  readonly position: number;
  readonly token: TokenId;
}

/**
 * Submits the next greedy step before the current one is read: the GPU continues with its own argmax tokens while the CPU still
 * reads. If the next `take` asks for other sequences or tokens, because a request has joined or a stop string was found, the
 * result is discarded. Nothing has to be undone: the step took no cells, and it wrote only positions after the valid ones, like a
 * rejected draft. Later calls (steps, shifts, copies of the cache) follow it in the queue.
 */
export class StepAhead {
  readonly #target: ForwardPass;
  #ahead: { readonly rows: readonly Foreseen[]; readonly outputs: Promise<Candidates[]> } | null = null;

  constructor(target: ForwardPass) {
    this.#target = target;
  }

  /**
   * Returns the submitted step if it has a row for each of `sequences`, which all have one pending token. Otherwise discards it.
   */
  take(sequences: readonly Sequence[]): SubmittedStep | null {
    const ahead = this.#ahead;
    this.#ahead = null;
    if (ahead === null) return null;
    const at = sequences.map(sequence => ahead.rows.findIndex(row => isNext(row, sequence)));
    return at.includes(-1) ? null : { sequences, at, outputs: ahead.outputs };
  }

  /** Reads `step`. Before that, submits the next step for `goingOn`: some of its sequences, all greedy. */
  async read(step: SubmittedStep, goingOn: readonly Sequence[]): Promise<Candidates[]> {
    const rows = goingOn.map(sequence => ({
      sequence,
      slot: sequence.slot,
      position: sequence.nPast + 1,
      output: step.at[step.sequences.indexOf(sequence)],
    }));
    const ahead = rows.length > 0 ? this.#target.forwardAhead(rows) : null;
    // A failure of a discarded step must not become an unhandled rejection.
    ahead?.catch(() => {});
    const outputs = await step.outputs;
    if (ahead !== null) {
      const foreseen = rows.map(row => ({ ...row, token: outputs[row.output].ids[0] }));
      this.#ahead = { rows: foreseen, outputs: ahead };
    }
    return step.at.map(i => outputs[i]);
  }
}

function isNext(row: Foreseen, sequence: Sequence): boolean {
  const { nPast, tokens } = sequence;
  return row.sequence === sequence && row.position === nPast && row.token === tokens[nPast];
}

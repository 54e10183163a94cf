import type { Candidates, TokenId } from '../forward/forward.ts';
import type { ForwardPass } from '../forward/forwardPass.ts';
import type { Sequence } from './sequence.ts';

/** A step of the target that was submitted and not read: `sequences[i]` has output row `at[i]`. */
export interface SubmittedStep {
  readonly sequences: readonly Sequence[];
  readonly at: readonly number[];
  readonly outputs: Promise<Candidates[]>;
}

/** What a row of the step ahead stands for: it holds as long as its sequence goes on like this. */
interface Foreseen {
  readonly sequence: Sequence;
  readonly position: number;
  readonly token: TokenId;
}

/**
 * The step that is submitted while the one before it is read: the target goes on with the tokens that it chose itself, and
 * hears from the CPU at leisure. Whether it is what comes next shows when the next step is asked for. Where it is not, as
 * when a request has joined, or the text ended at a stop string, it is forgotten; nothing has to be undone. What it wrote
 * lies at positions behind those that count, like a rejected draft. It took no cells, and whatever is asked of the target
 * after it comes after it in the queue as well, be it another step, a shift, or a copy of the cache.
 */
export class StepAhead {
  readonly #target: ForwardPass;
  #ahead: { readonly rows: readonly Foreseen[]; readonly outputs: Promise<Candidates[]> } | null = null;

  constructor(target: ForwardPass) {
    this.#target = target;
  }

  /** The step ahead, where it has a row for each of `sequences`, which all have one pending token. Else it is forgotten. */
  take(sequences: readonly Sequence[]): SubmittedStep | null {
    const ahead = this.#ahead;
    this.#ahead = null;
    if (ahead === null) return null;
    const at = sequences.map(sequence => ahead.rows.findIndex(row => isNext(row, sequence)));
    return at.includes(-1) ? null : { sequences, at, outputs: ahead.outputs };
  }

  /** Reads `step`, with the next one of those that go on submitted behind it: some of its sequences, all of them greedy. */
  async read(step: SubmittedStep, goingOn: readonly Sequence[]): Promise<Candidates[]> {
    const rows = goingOn.map(sequence => ({
      sequence,
      slot: sequence.slot,
      position: sequence.nPast + 1,
      output: step.at[step.sequences.indexOf(sequence)],
    }));
    const ahead = rows.length > 0 ? this.#target.forwardAhead(rows) : null;
    // Should nobody ask for it, nobody has to hear that it failed.
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

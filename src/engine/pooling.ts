import { assert, assertNever } from '../util/assert.ts';

/** What becomes of the hidden states of a prompt, llama.cpp's `--pooling`: all of them, their mean, the first, the last. */
export type Pooling = 'none' | 'mean' | 'cls' | 'last';

/** Takes the hidden states of one prompt, in order, as its batches are decoded. */
export class Pool {
  readonly pooling: Pooling;
  readonly #nTokens: number;
  /** The states that are kept: of `mean` none. */
  readonly #kept: Float32Array[] = [];
  /** In float64, in the order of positions: the mean does not depend on how the prompt was split into batches. */
  #sum: Float64Array | null = null;
  #nAdded = 0;

  constructor(pooling: Pooling, nTokens: number) {
    this.pooling = pooling;
    this.#nTokens = nTokens;
  }

  /** Whether the state at `position` has to be read back. */
  needs(position: number): boolean {
    switch (this.pooling) {
      case 'none':
      case 'mean':
        return true;
      case 'cls':
        return position === 0;
      case 'last':
        return position === this.#nTokens - 1;
      default:
        return assertNever(this.pooling);
    }
  }

  /** The next state that is needed. */
  add(state: Float32Array): void {
    this.#nAdded++;
    if (this.pooling !== 'mean') {
      this.#kept.push(state);
      return;
    }
    this.#sum ??= new Float64Array(state.length);
    for (let i = 0; i < state.length; i++) this.#sum[i] += state[i];
  }

  /** The embedding, once the whole prompt is decoded: one vector, or with `none` one per token. */
  get vectors(): readonly Float32Array[] {
    const nNeeded = this.pooling === 'none' || this.pooling === 'mean' ? this.#nTokens : 1;
    assert(this.#nAdded === nNeeded, () => `${this.#nAdded} of ${nNeeded} hidden states`);
    return this.#sum === null ? this.#kept : [Float32Array.from(this.#sum, sum => sum / this.#nTokens)];
  }
}

import { assert, assertNever } from '../util/assert.ts';

/** Pooling of a prompt's hidden states, llama.cpp's `--pooling`: all of them, their mean, the first, or the last. */
export type Pooling = 'none' | 'mean' | 'cls' | 'last';

/** Collects the hidden states of one prompt, in order, as its batches are decoded. */
export class Pool {
  readonly pooling: Pooling;
  readonly #nTokens: number;
  /** States that are kept; empty for `mean`. */
  readonly #kept: Float32Array[] = [];
  /** Sum in float64, in the order of positions, so that the mean does not depend on how the prompt was split into batches. */
  #sum: Float64Array | null = null;
  #nAdded = 0;

  constructor(pooling: Pooling, nTokens: number) {
    this.pooling = pooling;
    this.#nTokens = nTokens;
  }

  /** Whether the state at `position` must be read back. */
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

  /** Adds the next needed state. */
  add(state: Float32Array): void {
    this.#nAdded++;
    if (this.pooling !== 'mean') {
      this.#kept.push(state);
      return;
    }
    this.#sum ??= new Float64Array(state.length);
    for (let i = 0; i < state.length; i++) this.#sum[i] += state[i];
  }

  /** Embedding, once the whole prompt is decoded: one vector, or with `none` one per token. */
  get vectors(): readonly Float32Array[] {
    const nNeeded = this.pooling === 'none' || this.pooling === 'mean' ? this.#nTokens : 1;
    assert(this.#nAdded === nNeeded, () => `${this.#nAdded} of ${nNeeded} hidden states`);
    return this.#sum === null ? this.#kept : [Float32Array.from(this.#sum, sum => sum / this.#nTokens)];
  }
}

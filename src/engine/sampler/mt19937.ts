const N = 624;
const M = 397;

/**
 * 32-bit Mersenne Twister, seeded and tempered like C++'s `std::mt19937`. Matsumoto and Nishimura, "Mersenne Twister" (ACM TOMACS
 * 8, 1998).
 */
export class Mt19937 {
  readonly #state = new Uint32Array(N);
  #index = N;

  constructor(seed: number) {
    const state = this.#state;
    state[0] = seed;
    for (let i = 1; i < N; i++) {
      const previous = state[i - 1] ^ (state[i - 1] >>> 30);
      state[i] = Math.imul(1812433253, previous) + i;
    }
  }

  /** Next output, an unsigned 32-bit integer. */
  nextUint32(): number {
    if (this.#index === N) this.#twist();
    let y = this.#state[this.#index++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** Uniform in [0, 1): two outputs, low word first, as libstdc++'s `generate_canonical<double, 53>`. */
  nextDouble(): number {
    const low = this.nextUint32();
    const u = (low + this.nextUint32() * 2 ** 32) / 2 ** 64;
    return u < 1 ? u : 1 - 2 ** -53;
  }

  /** Uniform in [0, 1) as a float32: one output, as libstdc++'s `generate_canonical<float, 24>`. */
  nextFloat(): number {
    const u = Math.fround(this.nextUint32()) / 2 ** 32;
    return u < 1 ? u : 1 - 2 ** -24;
  }

  #twist(): void {
    const state = this.#state;
    for (let i = 0; i < N; i++) {
      const y = (state[i] & 0x80000000) | (state[(i + 1) % N] & 0x7fffffff);
      state[i] = state[(i + M) % N] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#index = 0;
  }
}

import { Model } from '../model/model.ts';

/**
 * Hashes the bits of every whole row of logits that any model of this page returns, as requests with `n_probs` need them, by slot
 * and position. The row of a rejected draft token is overwritten by the later one at its position.
 */
export class LogitsWatch {
  readonly #hashes = new Map<string, number>();
  readonly #forward = Model.prototype.forward;

  constructor() {
    const hashes = this.#hashes;
    const forward = this.#forward;
    Model.prototype.forward = async function (rows, kind) {
      const candidates = await forward.call(this, rows, kind);
      if (kind === 'logits') {
        const outputs = rows.filter(({ output }) => output);
        outputs.forEach(({ slot, position }, i) => {
          hashes.set(`${slot}:${position}`, hashOf(bitsOf(candidates[i].logits)));
        });
      }
      return candidates;
    };
  }

  /** Returns a hash of the rows at positions [from, to) of a slot and forgets them; null if any is missing. */
  take(slot: number, from: number, to: number): number | null {
    const hashes: number[] = [];
    for (let position = from; position < to; position++) {
      const key = `${slot}:${position}`;
      const hash = this.#hashes.get(key);
      if (hash === undefined) return null;
      this.#hashes.delete(key);
      hashes.push(hash);
    }
    return hashOf(hashes);
  }

  stop(): void {
    Model.prototype.forward = this.#forward;
  }
}

function bitsOf({ buffer, byteOffset, length }: Float32Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length);
}

/** Hashes all bits of `words` to 53 bits: two multiplicative hashes side by side. */
export function hashOf(words: ArrayLike<number>): number {
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] >>> 0;
    // A hash of hashes has words of 53 bits.
    const rest = Math.floor(words[i] / 2 ** 32) >>> 0;
    low = Math.imul(low ^ word ^ (low >>> 15), 0x01000193);
    high = Math.imul((high ^ word ^ rest) + i, 0x85ebca6b) ^ (high >>> 13);
  }
  return (high & 0x1fffff) * 2 ** 32 + (low >>> 0);
}

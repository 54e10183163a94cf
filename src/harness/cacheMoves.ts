import type { BatchRow } from '../forward/forward.ts';
import type { Model } from '../model/model.ts';
import { assert } from '../util/assert.ts';

/** Operation on the cache before `slot` continued, and the number of logits whose bits then differ from plain decoding. */
export interface CacheMove {
  readonly move: string;
  readonly nLogits: number;
}

/**
 * Decodes the end of `tokens` on caches that were copied, overwritten by their origin, taken out and put back, or moved to other
 * pages, in slots 0..2 of `model`. Compares the last logits with those of decoding all of `tokens` in a separate slot.
 */
export async function checkCacheMoves(model: Model, tokens: readonly number[]): Promise<CacheMove[]> {
  const nKept = tokens.length - 3;
  const decode = async (slot: number, sequence: readonly number[], from: number) => {
    let logits = new Float32Array();
    for (let at = from; at < sequence.length; at += model.maxRows) {
      const rows = sequence.slice(at, at + model.maxRows).map((token, i): BatchRow => {
        const position = at + i;
        return { token, position, slot, output: position === sequence.length - 1 };
      });
      for (const candidates of await model.forward(rows, 'logits'))
        logits = Float32Array.from(candidates.logits);
    }
    return new Uint32Array(logits.buffer);
  };
  const expected = await decode(0, tokens, 0);
  const moves: CacheMove[] = [];
  const goOn = async (move: string, slot: number) => {
    const actual = await decode(slot, tokens, nKept);
    assert(actual.length === expected.length, () => `${actual.length} logits after ${move}`);
    moves.push({ move, nLogits: actual.filter((bits, i) => bits !== expected[i]).length });
  };

  model.copyCache(0, 1, nKept);
  await goOn('a copy', 1);
  model.copyCache(0, 1, nKept);
  await decode(0, tokens.toReversed(), 0);
  await goOn('a copy whose origin was overwritten', 1);

  const bytes = await model.readCache(1, nKept);
  // Makes the next pages differ from those that were read.
  model.truncate(1, 0);
  await decode(2, tokens.toReversed(), 0);
  model.writeCache(1, nKept, bytes);
  await goOn('a cache taken out and put back', 1);
  return moves;
}

import { ROW_GROUP } from '../../quant/interleave.ts';
import { newWords, type RepackMemory, repackRows } from '../../quant/repack.ts';
import type { WeightType } from '../../quant/types.ts';
import type { GpuWords } from '../../quant/weightRecord.ts';
import { alignDown } from '../../util/math.ts';

/**
 * Groups of `ROW_GROUP` rows whose rows come from several tensors. The rows of a group lie between each other, so it can only be
 * written whole: it is written again whenever some of its rows have arrived, and kept until all have.
 */
export class PartialGroups {
  readonly #type: WeightType;
  readonly #k: number;
  readonly #put: (firstRow: number, words: GpuWords) => void;
  readonly #groups = new Map<number, { readonly words: GpuWords; missing: number }>();

  /** @param put writes groups of a matrix from row `firstRow` on */
  constructor(type: WeightType, k: number, put: (firstRow: number, words: GpuWords) => void) {
    this.#type = type;
    this.#k = k;
    this.#put = put;
  }

  /** Adds rows, as in the file, that begin at row `firstRow` of the matrix. */
  add(rows: Uint8Array, firstRow: number, nRows: number, memory: RepackMemory): void {
    const rowBytes = rows.length / nRows;
    for (let row = 0; row < nRows; ) {
      const at = firstRow + row;
      const begin = alignDown(at, ROW_GROUP);
      const count = Math.min(nRows - row, begin + ROW_GROUP - at);
      const group = this.#groups.get(begin) ?? {
        words: newWords(this.#type, this.#k, ROW_GROUP),
        missing: ROW_GROUP,
      };
      const bytes = rows.subarray(row * rowBytes, (row + count) * rowBytes);
      repackRows(this.#type, bytes, this.#k, count, group.words, at - begin, memory);
      this.#put(begin, group.words);
      group.missing -= count;
      if (group.missing === 0) this.#groups.delete(begin);
      else this.#groups.set(begin, group);
      row += count;
    }
  }
}

import type { BatchRow, TokenId } from '../forward/forward.ts';
import type { ByteSource } from '../gguf/index.ts';
import { dequantize } from '../quant/dequantize.ts';
import { byteLength, isWeightType, type WeightType } from '../quant/types.ts';
import { assert } from '../util/assert.ts';
import type { TokenTable } from './blocks/perLayer.ts';

/** Bytes of rows that stay in memory, as the file has them: thousands of tokens of a model of Gemma 4's size. */
const MOST_BYTES = 32 << 20;

/** Tokens of the rows of a batch. */
type Tokens = readonly Pick<BatchRow, 'token'>[];

/**
 * Rows of a table of embeddings that is too large for the GPU. Those of a batch's tokens are read from the file, stay in memory for
 * later batches, and go to the GPU with each batch.
 */
export class TokenRows {
  readonly #source: ByteSource;
  readonly #table: TokenTable;
  readonly #type: WeightType;
  readonly #rowBytes: number;
  /** Rows by token, the one used last at the end. */
  readonly #kept = new Map<TokenId, Uint8Array>();
  readonly #mostBytes: number;

  /** The source has to stay readable. */
  constructor(source: ByteSource, table: TokenTable, mostBytes = MOST_BYTES) {
    const { type, shape, name } = table.tensor;
    assert(isWeightType(type), () => `${name} is of type ${type}`);
    this.#source = source;
    this.#table = table;
    this.#type = type;
    this.#rowBytes = byteLength(type, shape[0]);
    this.#mostBytes = mostBytes;
  }

  /** Whether no row of these tokens has to be read. */
  has(rows: Tokens): boolean {
    return rows.every(({ token }) => this.#kept.has(token));
  }

  /** Reads the rows of these tokens that are not in memory. Throws `fetch_failed`. */
  async read(rows: Tokens): Promise<void> {
    const tokens = [...new Set(rows.map(({ token }) => token))];
    // A source reads neighbours together.
    const missing = tokens.filter(token => !this.#kept.has(token)).sort((a, b) => a - b);
    const found = await Promise.all(missing.map(token => this.#readRow(token)));
    for (const [i, token] of missing.entries()) this.#kept.set(token, found[i]);
    for (const token of tokens) this.#use(token);
    const most = Math.max(tokens.length, Math.floor(this.#mostBytes / this.#rowBytes));
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= most) break;
      this.#kept.delete(oldest);
    }
  }

  /** Values of a batch's rows, which have been read: [batch row][values of a row]. */
  values(rows: Tokens): Float32Array<ArrayBuffer> {
    const { tensor, scale } = this.#table;
    const width = tensor.shape[0];
    const values = new Float32Array(rows.length * width);
    for (const [row, { token }] of rows.entries()) {
      const bytes = this.#kept.get(token);
      assert(bytes !== undefined, () => `no row of ${tensor.name} for token ${token}`);
      this.#use(token);
      const own = dequantize(this.#type, bytes);
      for (let i = 0; i < width; i++) values[row * width + i] = own[i] * scale;
    }
    return values;
  }

  async #readRow(token: TokenId): Promise<Uint8Array> {
    const { offset } = this.#table.tensor;
    const bytes = await this.#source.read(offset + token * this.#rowBytes, this.#rowBytes);
    // The source may return a view of much more.
    return bytes.slice();
  }

  #use(token: TokenId): void {
    const bytes = this.#kept.get(token);
    if (!bytes) return;
    this.#kept.delete(token);
    this.#kept.set(token, bytes);
  }
}

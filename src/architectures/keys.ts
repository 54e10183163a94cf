import { type GgufFile, type GgufValue, getBool, getNumber, getString } from '../gguf/index.ts';
import { type ErrorCode, ForetokenError } from '../util/errors.ts';

/** Largest value of a length or a count. */
const MAX_COUNT = 2 ** 31;

/** Limit of blocks: far above the 126 of the deepest model, and small enough for a list. */
const MAX_BLOCKS = 1024;

/**
 * Typed access to a file's metadata under the prefix of its architecture: `count('block_count')` reads `llama.block_count`. Every
 * getter throws `invalid_gguf` with key and value if the value is invalid, or if the key is absent without a fallback.
 */
export class Keys {
  readonly #gguf: GgufFile;
  readonly #nBlocks: number;
  /** Value of `general.architecture`. */
  readonly architecture: string;
  /** Number of blocks of the trunk. Those after it predict further tokens (MTP). */
  readonly nTrunk: number;
  /** Number of blocks to describe: those of the trunk, or all. */
  readonly nLayers: number;
  readonly nEmbd: number;

  constructor(gguf: GgufFile, blocks: 'trunk' | 'all' = 'trunk') {
    this.#gguf = gguf;
    this.architecture = getString(gguf.metadata, 'general.architecture');
    this.#nBlocks = this.#checkCount(this.key('block_count'), this.#number('block_count'));
    if (this.#nBlocks > MAX_BLOCKS)
      this.fail(`${this.#nBlocks} blocks; up to ${MAX_BLOCKS} are supported`, 'unsupported_model');
    const nPredicting = this.count('nextn_predict_layers', 0);
    this.nTrunk = this.#nBlocks - nPredicting;
    this.nLayers = blocks === 'all' ? this.#nBlocks : this.nTrunk;
    if (this.nTrunk < 1) this.fail(`${nPredicting} of ${this.#nBlocks} blocks predict further tokens`);
    this.nEmbd = this.count('embedding_length');
  }

  get name(): string {
    return getString(this.#gguf.metadata, 'general.name', this.#gguf.source.name);
  }

  /** Full name of a key. */
  key(name: string): string {
    return `${this.architecture}.${name}`;
  }

  /** Whether the key is present, whatever its value. */
  has(key: string): boolean {
    return this.#gguf.metadata.has(this.key(key));
  }

  /** A whole number from 1, or from 0 where that is the fallback; an array with the same one for each block says it as well. */
  count(key: string, fallback?: number): number {
    const full = this.key(key);
    const [value, ...others] = this.#perBlock(full, isNumber) ?? [this.#number(key, fallback)];
    const other = others.find(each => each !== value);
    if (other !== undefined)
      this.fail(`${full} is ${value} in one block and ${other} in another`, 'unsupported_model');
    return this.#checkCount(full, value, fallback);
  }

  /** Reads a finite number above 0. */
  positive(key: string, fallback?: number): number {
    const value = this.#number(key, fallback);
    if (Number.isFinite(value) && value > 0) return value;
    return this.fail(`${this.key(key)} is ${value}, not a positive number`);
  }

  /** Reads a number above 0; null if the key is absent or 0. */
  optional(key: string): number | null {
    return this.#number(key, 0) === 0 ? null : this.positive(key);
  }

  bool(key: string, fallback: boolean): boolean {
    return getBool(this.#gguf.metadata, this.key(key), fallback);
  }

  string(key: string, fallback: string): string {
    return getString(this.#gguf.metadata, this.key(key), fallback);
  }

  /** Reads a whole number for each layer: the key holds one for all, or an array with one for each block. */
  counts(key: string, fallback?: number): readonly number[] {
    const full = this.key(key);
    const values = this.#perBlock(full, isNumber) ?? this.#same(this.#number(key, fallback));
    return values.map(value => this.#checkCount(full, value, fallback));
  }

  /** Reads a finite number for each layer, from a key without prefix. */
  numbersWithoutPrefix(key: string): readonly number[] {
    const values = this.#perBlock(key, isNumber) ?? this.#same(getNumber(this.#gguf.metadata, key));
    const wrong = values.find(value => !Number.isFinite(value));
    return wrong === undefined ? values : this.fail(`${key} is ${wrong}, not a finite number`);
  }

  /** Reads token ids from an array without prefix; none if the key is absent. */
  tokensWithoutPrefix(key: string, nVocab: number): readonly number[] {
    const value = this.#gguf.metadata.get(key) ?? [];
    if (!isArray(value)) return this.fail(`${key} is no array`);
    return value.map(id =>
      isNumber(id) && Number.isInteger(id) && id >= 0 && id < nVocab
        ? id
        : this.fail(`${key} holds ${id}, which is no token of ${nVocab}`),
    );
  }

  /** Reads a list of whole numbers from 0, of any length but 0. */
  list(key: string): readonly number[] {
    const full = this.key(key);
    const value = this.#gguf.metadata.get(full);
    if (!isArray(value) || value.length === 0 || !value.every(isNumber))
      return this.fail(`${full} is ${value === undefined ? 'missing' : 'no list of numbers'}`);
    return value.map(each => this.#checkCount(full, each, 0));
  }

  /** Sliding window of each layer that is `windowed`; null for a layer without one, and for a window of 0 positions. */
  windows(period: number, fallback?: number): readonly (number | null)[] {
    const size = this.count('attention.sliding_window', fallback);
    return this.windowed(period).map(has => (has && size > 0 ? size : null));
  }

  /**
   * Whether each layer has a window. The key holds an array of bools or numbers, one for each block, or a period n: all but every
   * nth layer have one.
   */
  windowed(period: number): readonly boolean[] {
    const key = 'attention.sliding_window_pattern';
    const flags = this.flags(key);
    if (flags) return flags;
    const n = this.count(key, period);
    return Array.from({ length: this.nLayers }, (_, layer) => layer % n < n - 1);
  }

  /** Array of bools or numbers, one for each layer; null if the key holds none. */
  flags(key: string): readonly boolean[] | null {
    return this.#perBlock(this.key(key), isFlag)?.map(Boolean) ?? null;
  }

  hasTensor(name: string): boolean {
    return this.#gguf.tensors.has(name);
  }

  /** Dimensions of a tensor, or null if there is no such tensor. */
  shape(name: string): readonly number[] | null {
    return this.#gguf.tensors.get(name)?.shape ?? null;
  }

  /** Number of rows of a matrix, or null if there is no such tensor. */
  rows(name: string): number | null {
    return this.shape(name)?.[1] ?? null;
  }

  /** Throws an error about this file. */
  fail(what: string, code: ErrorCode = 'invalid_gguf'): never {
    throw new ForetokenError(code, `${this.#gguf.source.name}: ${what}`);
  }

  #number(key: string, fallback?: number): number {
    const { metadata } = this.#gguf;
    return fallback === undefined
      ? getNumber(metadata, this.key(key))
      : getNumber(metadata, this.key(key), fallback);
  }

  #checkCount(key: string, value: number, fallback?: number): number {
    const least = fallback === 0 ? 0 : 1;
    if (Number.isInteger(value) && value >= least && value <= MAX_COUNT) return value;
    return this.fail(`${key} is ${value}, not a whole number from ${least} to 2^31`);
  }

  #same(value: number): readonly number[] {
    return Array.from({ length: this.nLayers }, () => value);
  }

  /** Elements of an array for the trunk's layers; null if the key holds no array. */
  #perBlock<T extends GgufValue>(key: string, isItem: (item: GgufValue) => item is T): readonly T[] | null {
    const value = this.#gguf.metadata.get(key);
    if (!isArray(value)) return null;
    if (value.length !== this.#nBlocks)
      this.fail(`${key} is an array of ${value.length}, but the model has ${this.#nBlocks} blocks`);
    if (!value.every(isItem))
      this.fail(`${key} holds ${value.find(item => !isItem(item))}, which is of the wrong type`);
    return value.slice(0, this.nLayers);
  }
}

function isArray(value: GgufValue | undefined): value is readonly GgufValue[] {
  return Array.isArray(value);
}

function isNumber(value: GgufValue): value is number {
  return typeof value === 'number';
}

/** Whether a value is a bool, or a number that stands for one. */
function isFlag(value: GgufValue): value is boolean | number {
  return typeof value === 'boolean' || isNumber(value);
}

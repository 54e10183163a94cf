import type { TokenId } from '../../forward/forward.ts';
import { acceptedOf, type GivenDraft } from './givenDraft.ts';
import type { Lookup } from './ngramDrafts.ts';
import type { NgramTable } from './ngramTable.ts';

/** Shortest and longest draft: llama.cpp's `--spec-ngram-mod-n-min` and `-n-max`. */
export interface NgramModLengths {
  readonly nMin: number;
  readonly nMax: number;
}

/** Number of new tokens after which the end of a text is added to the table. */
const CHUNK = 32;

/**
 * llama.cpp's `ngram-mod`: the table gives the token after the last n tokens, in whatever text they occurred, then the token
 * after those, and so on. A draft that stays below the minimum length is dropped.
 */
export class NgramMod implements Lookup {
  readonly #table: NgramTable;
  readonly #lengths: NgramModLengths;
  /** First position of the text whose n-gram is not in the table; null before the first draft. */
  #next: number | null = null;
  #generation = 0;
  #given: GivenDraft | null = null;

  constructor(table: NgramTable, lengths: NgramModLengths) {
    this.#table = table;
    this.#lengths = lengths;
  }

  draft(tokens: readonly TokenId[], nMax: number): TokenId[] {
    this.#judge(tokens);
    this.#add(tokens);
    const draft = this.#lookUp(tokens).slice(0, nMax);
    if (draft.length > 0) this.#given = { at: tokens.length, tokens: draft };
    return draft;
  }

  mayDraftNext(tokens: readonly TokenId[]): boolean {
    this.#add(tokens);
    return this.#table.mayHaveNext(tokens);
  }

  #judge(tokens: readonly TokenId[]): void {
    if (this.#given === null) return;
    const nAccepted = acceptedOf(this.#given, tokens);
    if (nAccepted === null) return;
    this.#table.judge(nAccepted, this.#given.tokens.length);
    this.#given = null;
  }

  #add(tokens: readonly TokenId[]): void {
    const table = this.#table;
    if (this.#next === null) table.makeRoom();
    if (this.#next === null || this.#generation !== table.generation) this.#next = 0;
    this.#generation = table.generation;
    // The pending token is not yet part of the text, as in llama.cpp.
    const length = tokens.length - 1;
    if (this.#next > 0 && this.#next + CHUNK >= length) return;
    for (; this.#next < length - table.n; this.#next++) table.add(tokens, this.#next);
  }

  #lookUp(tokens: readonly TokenId[]): TokenId[] {
    const { n } = this.#table;
    const { nMin, nMax } = this.#lengths;
    if (tokens.length <= n) return [];
    const chain = tokens.slice(-n);
    while (chain.length < n + nMax) {
      const token = this.#table.get(chain, chain.length - n);
      if (token === undefined) break;
      chain.push(token);
    }
    const draft = chain.slice(n);
    return draft.length < nMin ? [] : draft;
  }
}

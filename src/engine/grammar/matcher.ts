import type { TokenId } from '../../forward/forward.ts';
import { Automaton, type State } from './automaton.ts';
import type { Grammar } from './grammar.ts';
import { addByte, type PartialCharacter } from './utf8.ts';
import type { GrammarVocabulary } from './vocabularyTrie.ts';

/** Position in a byte sequence: state after the last whole character, and the incomplete character after it. */
interface Place {
  readonly state: State;
  readonly partial: PartialCharacter | null;
}

const NO_BYTES = new Uint8Array();

/** Runs one text through a grammar, token by token. A token may end within a character. */
export class GrammarMatcher {
  readonly #automaton: Automaton;
  readonly #vocabulary: GrammarVocabulary;
  readonly #eog: ReadonlySet<TokenId>;
  #place: Place;

  constructor(grammar: Grammar, vocabulary: GrammarVocabulary) {
    this.#automaton = new Automaton(grammar);
    this.#vocabulary = vocabulary;
    this.#eog = new Set(vocabulary.eogTokens);
    this.#place = { state: this.#automaton.start, partial: null };
  }

  /** True if the text may end here. Only then are end-of-generation tokens allowed. */
  get canEnd(): boolean {
    return isComplete(this.#place);
  }

  isAllowed(token: TokenId): boolean {
    return this.#eog.has(token) ? this.canEnd : this.#after(this.#place, token) !== null;
  }

  /** Length of the longest allowed prefix of `tokens`. An end-of-generation token ends the count. */
  countAllowed(tokens: readonly TokenId[]): number {
    let place = this.#place;
    for (const [i, token] of tokens.entries()) {
      if (this.#eog.has(token)) return isComplete(place) ? i + 1 : i;
      const next = this.#after(place, token);
      if (next === null) return i;
      place = next;
    }
    return tokens.length;
  }

  /** All allowed tokens, in no particular order. Visits only trie nodes that the grammar accepts. */
  allowedTokens(): TokenId[] {
    const { bytes, depths, ends, tokens, tokenEnds } = this.#vocabulary.trie;
    const allowed = this.canEnd ? [...this.#vocabulary.eogTokens] : [];
    /** Positions by number of bytes. */
    const places: Place[] = [this.#place];
    for (let at = 0; at < bytes.length; ) {
      const depth = depths[at];
      const place = this.#step(places[depth], bytes[at]);
      if (place === null) {
        at = ends[at];
        continue;
      }
      places[depth + 1] = place;
      for (let i = at === 0 ? 0 : tokenEnds[at - 1]; i < tokenEnds[at]; i++) allowed.push(tokens[i]);
      at++;
    }
    return allowed;
  }

  /** Appends a token. Ignores tokens that are not allowed, and end-of-generation tokens. */
  accept(token: TokenId): void {
    if (this.#eog.has(token)) return;
    this.#place = this.#after(this.#place, token) ?? this.#place;
  }

  /** Bytes of a token. */
  piece(token: TokenId): Uint8Array {
    return this.#vocabulary.pieces[token] ?? NO_BYTES;
  }

  /** Appends bytes, also across token boundaries. If they are not allowed, appends nothing and returns false. */
  acceptBytes(bytes: Uint8Array): boolean {
    const place = this.#afterBytes(this.#place, bytes);
    if (place !== null) this.#place = place;
    return place !== null;
  }

  #after(from: Place, token: TokenId): Place | null {
    const piece = this.piece(token);
    return piece.length === 0 || piece[0] === 0 ? null : this.#afterBytes(from, piece);
  }

  #afterBytes(from: Place, bytes: Uint8Array): Place | null {
    let place: Place | null = from;
    for (const byte of bytes) {
      place = this.#step(place, byte);
      if (place === null) return null;
    }
    return place;
  }

  #step({ state, partial }: Place, byte: number): Place | null {
    const character = addByte(partial, byte);
    if (character === null) return null;
    if (typeof character === 'number') {
      const next = this.#automaton.next(state, character);
      return next && { state: next, partial: null };
    }
    const { first, last } = character;
    return this.#automaton.canMatch(state, first, last) ? { state, partial: character } : null;
  }
}

/** True if a text may end at `place`. */
function isComplete({ state, partial }: Place): boolean {
  return partial === null && state.isFinal;
}

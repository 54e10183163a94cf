import type { TokenId } from '../../forward/forward.ts';
import { Automaton, type State } from './automaton.ts';
import type { Grammar } from './grammar.ts';
import { addByte, type PartialCharacter } from './utf8.ts';
import type { GrammarVocabulary } from './vocabularyTrie.ts';

/** Where a text of bytes stands: behind its last whole character, and within the next. */
interface Place {
  readonly state: State;
  readonly partial: PartialCharacter | null;
}

const NO_BYTES = new Uint8Array();

/** Follows one text through a grammar, token by token. A token may end within a character that the next one completes. */
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

  /** Whether the text may end here: then tokens that end generation are allowed, and nowhere else. */
  get canEnd(): boolean {
    return isComplete(this.#place);
  }

  isAllowed(token: TokenId): boolean {
    return this.#eog.has(token) ? this.canEnd : this.#after(this.#place, token) !== null;
  }

  /** How many of `tokens`, from the first on, are allowed one after the other. Nothing is behind one that ends generation. */
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

  /** Every token that may come next, in no particular order. Looks only at beginnings that the grammar allows. */
  allowedTokens(): TokenId[] {
    const { bytes, depths, ends, tokens, tokenEnds } = this.#vocabulary.trie;
    const allowed = this.canEnd ? [...this.#vocabulary.eogTokens] : [];
    /** By the number of bytes so far. */
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

  /** Appends a token to the text. One that is not allowed is passed over, as is one that ends generation. */
  accept(token: TokenId): void {
    if (this.#eog.has(token)) return;
    this.#place = this.#after(this.#place, token) ?? this.#place;
  }

  /** The bytes of a token. */
  piece(token: TokenId): Uint8Array {
    return this.#vocabulary.pieces[token] ?? NO_BYTES;
  }

  /** Appends bytes, which need not be those of whole tokens. False, and nothing is appended, if they are not allowed. */
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

/** Whether a text may end at `place`. */
function isComplete({ state, partial }: Place): boolean {
  return partial === null && state.isFinal;
}

/** Where in a text a grammar begins to hold; null while it does not. */
export type FindStart = (text: string) => number | null;

/** Watches a text of tokens for the place from which on a grammar holds. */
export class GrammarTrigger {
  readonly #findStart: FindStart;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #encoder = new TextEncoder();
  #text = '';

  constructor(findStart: FindStart) {
    this.#findStart = findStart;
  }

  /** Appends the bytes of a token. What stands in the text from the start on, empty if the token ends there; or null. */
  push(piece: Uint8Array): Uint8Array | null {
    this.#text += this.#decoder.decode(piece, { stream: true });
    const start = this.#findStart(this.#text);
    return start === null ? null : this.#encoder.encode(this.#text.slice(start));
  }
}

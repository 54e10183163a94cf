/** Finds the offset in a text where a grammar starts to apply; null if there is none yet. */
export type FindStart = (text: string) => number | null;

/** Watches the generated text for the start of a lazy grammar. */
export class GrammarTrigger {
  readonly #findStart: FindStart;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #encoder = new TextEncoder();
  #text = '';

  constructor(findStart: FindStart) {
    this.#findStart = findStart;
  }

  /** Appends the bytes of a token. Returns the text from the start on, empty if the token ends there; null before the start. */
  push(piece: Uint8Array): Uint8Array | null {
    this.#text += this.#decoder.decode(piece, { stream: true });
    const start = this.#findStart(this.#text);
    return start === null ? null : this.#encoder.encode(this.#text.slice(start));
  }
}

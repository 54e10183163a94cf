/** Begin of a JSON string with all of its escapes complete. */
const COMPLETE = /^\s*"((?:[^"\\]|\\u[0-9a-fA-F]{4}|\\[^u])*)/;

/** Reads the text of a JSON string whose notation arrives in pieces. */
export class JsonTextReader {
  #notation = '';
  #length = 0;

  /** Returns the text that `piece` adds. Holds back half of an escape or of a surrogate pair. */
  push(piece: string): string {
    this.#notation += piece;
    const [, complete = ''] = COMPLETE.exec(this.#notation) ?? [];
    const text: string = JSON.parse(`"${complete}"`);
    const whole = /[\uD800-\uDBFF]$/.test(text) ? text.slice(0, -1) : text;
    const added = whole.slice(this.#length);
    this.#length = whole.length;
    return added;
  }
}

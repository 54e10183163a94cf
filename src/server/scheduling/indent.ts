/**
 * `n_indent`: ends a text at the first line, after the one it began in, whose indentation is too small. A blank line
 * has none. Meant for completing code inside a block.
 */
export class IndentGuard {
  readonly #min: number;
  /** Spaces and tabs seen at the start of the line so far; null once the line has shown its indentation. */
  #indent: number | null = null;

  /** `min`: least number of spaces and tabs; 0 lets everything through. */
  constructor(min: number) {
    this.#min = min;
  }

  /** The part of `text` that may stay, and whether the text ends there. */
  push(text: string): { readonly text: string; readonly ended: boolean } {
    if (this.#min === 0) return { text, ended: false };
    for (let i = 0; i < text.length; i++) {
      const char = text[i];
      if (this.#indent !== null) {
        if (char === ' ' || char === '\t') {
          this.#indent++;
          continue;
        }
        if (this.#indent < this.#min) return { text: text.slice(0, i), ended: true };
        this.#indent = null;
      }
      if (char === '\n') this.#indent = 0;
    }
    return { text, ended: false };
  }
}

/**
 * `n_indent`: ends a text at the first line, after the one where it starts, whose indentation is too small. A blank line has
 * none. Meant for completing code inside a block.
 */
export class IndentGuard {
  readonly #min: number;
  /** Spaces and tabs at the start of the current line; null once the indentation is known. */
  #indent: number | null = null;

  /** `min`: minimum number of spaces and tabs; 0 accepts every line. */
  constructor(min: number) {
    this.#min = min;
  }

  /** Returns the part of `text` that may stay, and true if the text ends there. */
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

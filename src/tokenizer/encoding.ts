/** Converts text to tokens, and tokens to bytes, for one kind of vocabulary. */
export interface Encoding {
  /** Whether some texts lose characters, or become fewer tokens than their length suggests. */
  readonly mayDropText: boolean;
  /**
   * Appends the tokens of a piece of text without special tokens: well-formed UTF-16, not empty. `afterSpecial`: whether it
   * begins the text or follows a special token.
   */
  encode(text: string, afterSpecial: boolean, output: number[]): void;
  /** Bytes that a normal token with this text, which is UTF-8, stands for. */
  pieceBytes(text: Uint8Array): Uint8Array;
}

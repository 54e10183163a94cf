/** How one kind of vocabulary turns text into tokens, and tokens into bytes. */
export interface Encoding {
  /** Whether some texts come back shorter, or as fewer tokens than their length lets expect. */
  readonly mayDropText: boolean;
  /**
   * Appends the tokens of a stretch of text without special tokens: well-formed UTF-16, not empty. `afterSpecial`: whether it
   * begins the text or stands behind a special token.
   */
  encode(text: string, afterSpecial: boolean, output: number[]): void;
  /** The bytes for which a normal token with this text, which is UTF-8, stands. */
  pieceBytes(text: Uint8Array): Uint8Array;
}

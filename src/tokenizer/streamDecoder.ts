import type { Tokenizer } from './tokenizer.ts';

/**
 * Decodes tokens as they arrive. `push` never returns part of a character; bytes that cannot become a character are returned as
 * U+FFFD as soon as that is certain.
 */
export class StreamDecoder {
  readonly #tokenizer: Tokenizer;
  readonly #special: boolean | ReadonlySet<number>;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** Bytes of an unfinished character, at most three. */
  #pending = new Uint8Array();

  /** `special`: whether to render control tokens too, or which of them. */
  constructor(tokenizer: Tokenizer, special: boolean | ReadonlySet<number> = false) {
    this.#tokenizer = tokenizer;
    this.#special = special;
  }

  /** Returns the text that `token` completes; empty while a character is unfinished. */
  push(token: number): string {
    const piece = this.#tokenizer.piece(token, this.#shows(token));
    const bytes = new Uint8Array(this.#pending.length + piece.length);
    bytes.set(this.#pending);
    bytes.set(piece, this.#pending.length);

    const end = bytes.length - unfinishedLength(bytes);
    this.#pending = bytes.slice(end);
    return this.#decoder.decode(bytes.subarray(0, end));
  }

  #shows(token: number): boolean {
    return typeof this.#special === 'boolean' ? this.#special : this.#special.has(token);
  }

  /** Whether the last token ended within a character. */
  get isMidCharacter(): boolean {
    return this.#pending.length > 0;
  }

  /** Ends the text: returns U+FFFD for an unfinished character, otherwise nothing. */
  flush(): string {
    const rest = this.#decoder.decode(this.#pending);
    this.#pending = new Uint8Array();
    return rest;
  }
}

/** Number of bytes at the end that begin an unfinished character: 0 to 3. */
function unfinishedLength(bytes: Uint8Array): number {
  for (let length = 1; length <= Math.min(3, bytes.length); length++) {
    const lead = bytes[bytes.length - length] ?? 0;
    if (isContinuation(lead)) continue;
    const second = bytes[bytes.length - length + 1];
    const canFinish = length < sequenceLength(lead) && (second === undefined || isSecondByte(lead, second));
    return canFinish ? length : 0;
  }
  return 0;
}

function isContinuation(byte: number): boolean {
  return byte >= 0x80 && byte <= 0xbf;
}

/** Length of the character that `lead` begins, in bytes; 1 if it begins none. Unicode 15, table 3-7. */
function sequenceLength(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 1;
}

/** After some lead bytes not every continuation byte is allowed: it would be overlong, a surrogate, or beyond U+10FFFF. */
function isSecondByte(lead: number, byte: number): boolean {
  switch (lead) {
    case 0xe0:
      return byte >= 0xa0;
    case 0xed:
      return byte <= 0x9f;
    case 0xf0:
      return byte >= 0x90;
    case 0xf4:
      return byte <= 0x8f;
    default:
      return true;
  }
}

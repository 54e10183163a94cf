import { randomId } from '../http/randomId.ts';
import { type Answer, type AnswerDelta, answerDeltas, NO_ANSWER } from './answer.ts';

/**
 * Tells what a text of the model says. While the text is not whole, only what more text cannot change any more: each
 * answer goes on where the one before it ended.
 */
export type ReadAnswer = (text: string, isWhole: boolean) => Answer;

/** How the answers to a request are read. */
export interface AnswerSyntax {
  readonly read: ReadAnswer;
  /** Letters and digits of the ids that calls are given. */
  readonly callIdLength: number;
}

/** llama-server's. */
export const CALL_ID_LENGTH = 32;

/** A text without marks: all of it is content. */
export const readPlainAnswer: ReadAnswer = content => ({ ...NO_ANSWER, content });

/** Reads one answer as it comes. The state is the whole text, so that a stream cannot tell anything else than a whole. */
export class AnswerReader {
  readonly #syntax: AnswerSyntax;
  readonly #callIds: string[] = [];
  #text = '';
  #answer = NO_ANSWER;

  constructor(syntax: AnswerSyntax) {
    this.#syntax = syntax;
  }

  /** What was read so far. */
  get answer(): Answer {
    return this.#answer;
  }

  /** A name for call number `index`, by which the answer to it will be told from others. */
  callId(index: number): string {
    const own = this.#answer.calls[index]?.id;
    if (own !== undefined) return own;
    for (let i = this.#callIds.length; i <= index; i++) {
      this.#callIds.push(randomId(this.#syntax.callIdLength));
    }
    return this.#callIds[index];
  }

  push(text: string): AnswerDelta[] {
    return text === '' ? [] : this.#advance(this.#text + text, false);
  }

  /** What was held back, once no more text will come. */
  end(): AnswerDelta[] {
    return this.#advance(this.#text, true);
  }

  #advance(text: string, isWhole: boolean): AnswerDelta[] {
    const before = this.#answer;
    this.#text = text;
    this.#answer = this.#syntax.read(text, isWhole);
    return answerDeltas(before, this.#answer);
  }
}

/** The answer that a whole text is. */
export function wholeAnswer(syntax: AnswerSyntax, text: string): AnswerReader {
  const reader = new AnswerReader(syntax);
  reader.push(text);
  reader.end();
  return reader;
}

/** The readers of a stream of several choices, by their index. */
export class AnswerReaders {
  readonly #syntax: AnswerSyntax;
  readonly #readers = new Map<number, AnswerReader>();

  constructor(syntax: AnswerSyntax) {
    this.#syntax = syntax;
  }

  of(index: number): AnswerReader {
    const reader = this.#readers.get(index) ?? new AnswerReader(this.#syntax);
    this.#readers.set(index, reader);
    return reader;
  }
}

import { randomId } from '../http/randomId.ts';
import { type Answer, type AnswerDelta, answerDeltas, NO_ANSWER } from './answer.ts';

/**
 * Parses the text of a model. While the text is incomplete, returns only the part that further text cannot change, so each answer
 * extends the previous one.
 */
export type ReadAnswer = (text: string, isWhole: boolean) => Answer;

/** Format in which the answers to a request are parsed. */
export interface AnswerSyntax {
  readonly read: ReadAnswer;
  /** Number of letters and digits in generated call ids. */
  readonly callIdLength: number;
}

/** Length of llama-server's call ids. */
export const CALL_ID_LENGTH = 32;

/** Parses a text without markup: all of it is content. */
export const readPlainAnswer: ReadAnswer = content => ({ ...NO_ANSWER, content });

/** Parses one answer as it arrives. The state is the whole text, so a streamed answer always equals the answer in one piece. */
export class AnswerReader {
  readonly #syntax: AnswerSyntax;
  readonly #callIds: string[] = [];
  #text = '';
  #answer = NO_ANSWER;

  constructor(syntax: AnswerSyntax) {
    this.#syntax = syntax;
  }

  /** Answer parsed so far. */
  get answer(): Answer {
    return this.#answer;
  }

  /** Id of call number `index`, by which the tool's result refers to the call. */
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

  /** Returns the held-back rest when the text is complete. */
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

/** Parses a complete text. */
export function wholeAnswer(syntax: AnswerSyntax, text: string): AnswerReader {
  const reader = new AnswerReader(syntax);
  reader.push(text);
  reader.end();
  return reader;
}

/** Readers of a stream with several choices, by index. */
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

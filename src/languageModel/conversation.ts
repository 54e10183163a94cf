import type { ChatMessage } from './messages.ts';

/** Conversation: messages that stay, and turns, of which the oldest are dropped when the context is full. */
export class Conversation {
  readonly #kept: readonly ChatMessage[];
  readonly #turns: readonly (readonly ChatMessage[])[];

  constructor(kept: readonly ChatMessage[] = [], turns: readonly (readonly ChatMessage[])[] = []) {
    this.#kept = kept;
    this.#turns = turns;
  }

  get nTurns(): number {
    return this.#turns.length;
  }

  get messages(): readonly ChatMessage[] {
    return [...this.#kept, ...this.#turns.flat()];
  }

  /** Returns the conversation with a further turn. A system message that begins it stays, like those of the creation. */
  with(turn: readonly ChatMessage[]): Conversation {
    const [first, ...rest] = turn;
    if (this.messages.length > 0 || first?.role !== 'system')
      return new Conversation(this.#kept, [...this.#turns, turn]);
    return new Conversation([first], rest.length > 0 ? [rest] : []);
  }

  /** Returns the conversation without its `count` oldest turns. */
  without(count: number): Conversation {
    return new Conversation(this.#kept, this.#turns.slice(count));
  }
}

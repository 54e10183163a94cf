/** What an answer of the assistant comes to. */
export interface Answer {
  readonly reasoning: string;
  readonly content: string;
  readonly calls: readonly AnswerCall[];
}

export interface AnswerCall {
  readonly name: string;
  /** JSON, as the model wrote it; only its beginning while the call is being written. */
  readonly arguments: string;
  /** The id that the model gave it, if it gives ids. */
  readonly id?: string;
}

/** What more of an answer there is. A call begins once, and then has its arguments bit by bit. */
export type AnswerDelta =
  | { readonly kind: 'reasoning' | 'content'; readonly text: string }
  | { readonly kind: 'call'; readonly index: number; readonly name: string }
  | { readonly kind: 'arguments'; readonly index: number; readonly text: string };

export const NO_ANSWER: Answer = { reasoning: '', content: '', calls: [] };

/** What `after` has that `before`, an earlier state of the same answer, had not. */
export function answerDeltas(before: Answer, after: Answer): AnswerDelta[] {
  const deltas: AnswerDelta[] = [];
  for (const kind of ['reasoning', 'content'] as const) {
    const text = after[kind].slice(before[kind].length);
    if (text !== '') deltas.push({ kind, text });
  }
  for (const [index, call] of after.calls.entries()) {
    const known: AnswerCall | undefined = before.calls[index];
    if (known === undefined) deltas.push({ kind: 'call', index, name: call.name });
    const text = call.arguments.slice(known?.arguments.length ?? 0);
    if (text !== '') deltas.push({ kind: 'arguments', index, text });
  }
  return deltas;
}

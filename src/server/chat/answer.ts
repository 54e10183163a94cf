/** Parsed answer of the assistant. */
export interface Answer {
  readonly reasoning: string;
  readonly content: string;
  readonly calls: readonly AnswerCall[];
}

export interface AnswerCall {
  readonly name: string;
  /** JSON as the model wrote it; incomplete while the call is being generated. */
  readonly arguments: string;
  /** Id from the model, if the model writes ids. */
  readonly id?: string;
}

/** Addition to an answer. A call starts once; then its arguments arrive in pieces. */
export type AnswerDelta =
  | { readonly kind: 'reasoning' | 'content'; readonly text: string }
  | { readonly kind: 'call'; readonly index: number; readonly name: string }
  | { readonly kind: 'arguments'; readonly index: number; readonly text: string };

export const NO_ANSWER: Answer = { reasoning: '', content: '', calls: [] };

/** Additions from `before` to `after`, a later state of the same answer. */
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

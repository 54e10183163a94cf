import type { Emitter } from 'highlight.js';

/** Kinds of code that have a colour. */
export type Kind =
  | 'keyword'
  | 'string'
  | 'number'
  | 'comment'
  | 'name'
  | 'type'
  | 'meta'
  | 'addition'
  | 'deletion';

export interface Run {
  readonly text: string;
  /** Null for plain code. */
  readonly kind: Kind | null;
}

/** Scopes of highlight.js by their first word. One that is missing has the kind of the scope around it. */
const KINDS: ReadonlyMap<string, Kind | null> = new Map<string, Kind | null>([
  ['keyword', 'keyword'],
  ['literal', 'keyword'],
  ['selector-tag', 'keyword'],
  ['section', 'keyword'],
  ['string', 'string'],
  ['regexp', 'string'],
  ['char', 'string'],
  ['quote', 'string'],
  ['number', 'number'],
  ['symbol', 'number'],
  ['bullet', 'number'],
  ['comment', 'comment'],
  ['doctag', 'comment'],
  ['title', 'name'],
  ['name', 'name'],
  ['property', 'name'],
  ['attr', 'name'],
  ['attribute', 'name'],
  ['selector-class', 'name'],
  ['selector-id', 'name'],
  ['type', 'type'],
  ['built_in', 'type'],
  ['variable', 'type'],
  ['template-variable', 'type'],
  ['meta', 'meta'],
  ['addition', 'addition'],
  ['deletion', 'deletion'],
  // Code within a string.
  ['subst', null],
]);

/** Receives highlight.js's events in place of its own writer of HTML. The runs are flat, however deep the scopes are. */
export class Runs implements Emitter {
  readonly runs: Run[] = [];
  readonly #kinds: (Kind | null)[] = [];

  addText(text: string): void {
    this.#add(text, this.#kinds.at(-1) ?? null);
  }

  openNode(scope: string): void {
    const kind = KINDS.get(scope.split('.')[0] ?? '');
    this.#kinds.push(kind === undefined ? (this.#kinds.at(-1) ?? null) : kind);
  }

  closeNode(): void {
    this.#kinds.pop();
  }

  startScope(scope: string): void {
    this.openNode(scope);
  }

  endScope(): void {
    this.closeNode();
  }

  /** Takes over the runs of a language within another one, such as style sheets in HTML. */
  __addSublanguage(emitter: Emitter): void {
    if (!(emitter instanceof Runs)) return;
    for (const { text, kind } of emitter.runs) this.#add(text, kind);
  }

  finalize(): void {}

  toHTML(): string {
    return '';
  }

  #add(text: string, kind: Kind | null): void {
    const last = this.runs.at(-1);
    if (last?.kind === kind) this.runs[this.runs.length - 1] = { text: last.text + text, kind };
    else if (text !== '') this.runs.push({ text, kind });
  }
}

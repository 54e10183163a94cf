// Grammars as trees, and a backtracking matcher: the reference for tests of the automaton.

export type Node =
  | { readonly kind: 'literal'; readonly chars: readonly string[] }
  | { readonly kind: 'class'; readonly chars: readonly string[]; readonly isNegated: boolean }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Node[] }
  | { readonly kind: 'times'; readonly body: Node; readonly min: number; readonly max: number }
  | { readonly kind: 'rule'; readonly rule: number };

/** Grammar; rule 0 is the start symbol. */
export type Rules = readonly Node[];

/** Match of a prefix of the text, by end position, or a match cut short by the end of the text. */
interface Matches {
  readonly ends: ReadonlySet<number>;
  /** Minimum number of characters to complete a match that the end of the text cut short; Infinity if none exists. */
  readonly nMissing: number;
}

export interface Verdict {
  readonly isWhole: boolean;
  /** Minimum number of characters to complete the text; Infinity if impossible. */
  readonly nMissing: number;
}

/** Formats `rules` as GBNF. */
export function notation(rules: Rules): string {
  return rules.map((rule, i) => `${ruleName(i)} ::= ${written(rule)}`).join('\n');
}

function ruleName(rule: number): string {
  return rule === 0 ? 'root' : `r${rule}`;
}

function written(node: Node): string {
  switch (node.kind) {
    case 'literal':
      return `"${node.chars.join('')}"`;
    case 'class':
      return `[${node.isNegated ? '^' : ''}${node.chars.join('')}]`;
    case 'sequence':
      return node.parts
        .map(part => (part.kind === 'choice' ? `(${written(part)})` : written(part)))
        .join(' ');
    case 'choice':
      return node.parts.map(written).join(' | ');
    case 'times':
      return `(${written(node.body)})${bounds(node.min, node.max)}`;
    case 'rule':
      return ruleName(node.rule);
  }
}

function bounds(min: number, max: number): string {
  if (min === 0 && max === 1) return '?';
  if (max === Number.POSITIVE_INFINITY) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
  return min === max ? `{${min}}` : `{${min},${max}}`;
}

/** Backtracking matcher: tests whether `rules`, free of left recursion, derive a text or a completion of it. */
export class Reference {
  readonly #rules: Rules;
  /** Length of each rule's shortest text. */
  readonly #shortest: number[];
  /** Matches in the current text, by node and start position. */
  #known = new Map<Node, Matches[]>();

  constructor(rules: Rules) {
    this.#rules = rules;
    this.#shortest = rules.map(() => Number.POSITIVE_INFINITY);
    // Each round determines at least one more rule.
    for (const _ of rules)
      for (const [i, rule] of rules.entries()) this.#shortest[i] = this.#shortestOf(rule);
  }

  judge(text: string): Verdict {
    const chars = [...text];
    this.#known = new Map();
    const { ends, nMissing } = this.#match({ kind: 'rule', rule: 0 }, chars, 0);
    const isWhole = ends.has(chars.length);
    return { isWhole, nMissing: isWhole ? 0 : nMissing };
  }

  #match(node: Node, text: readonly string[], at: number): Matches {
    const known = this.#known.get(node) ?? [];
    this.#known.set(node, known);
    known[at] ??= this.#tried(node, text, at);
    return known[at];
  }

  #tried(node: Node, text: readonly string[], at: number): Matches {
    switch (node.kind) {
      case 'literal': {
        const rest = text.slice(at, at + node.chars.length);
        if (rest.some((char, i) => char !== node.chars[i])) return NO_MATCH;
        const nMissing = node.chars.length - rest.length;
        return nMissing === 0 ? endsAt([at + rest.length]) : { ends: new Set(), nMissing };
      }
      case 'class':
        if (at === text.length) return { ends: new Set(), nMissing: 1 };
        return node.chars.includes(text[at]) === node.isNegated ? NO_MATCH : endsAt([at + 1]);
      case 'choice':
        return either(node.parts.map(part => this.#match(part, text, at)));
      case 'sequence':
        return this.#inTurn(node.parts, text, at);
      case 'times':
        return this.#repeated(node, text, at);
      case 'rule':
        if (at < text.length) return this.#match(this.#rules[node.rule], text, at);
        return shortestMatch(this.#shortest[node.rule], at);
    }
  }

  #inTurn(parts: readonly Node[], text: readonly string[], at: number): Matches {
    let ends: ReadonlySet<number> = new Set([at]);
    let nMissing = Number.POSITIVE_INFINITY;
    for (const [i, part] of parts.entries()) {
      const here = either([...ends].map(end => this.#match(part, text, end)));
      const behind = parts.slice(i + 1).reduce((sum, next) => sum + this.#shortestOf(next), 0);
      nMissing = Math.min(nMissing, here.nMissing + behind);
      ends = here.ends;
    }
    return { ends, nMissing };
  }

  #repeated({ body, min, max }: Node & { kind: 'times' }, text: readonly string[], at: number): Matches {
    const found = new Set<number>();
    let nMissing = Number.POSITIVE_INFINITY;
    let ends: ReadonlySet<number> = new Set([at]);
    for (let n = 0; ends.size > 0; n++) {
      if (n >= min) for (const end of ends) found.add(end);
      // After the end of the text and `min` empty matches, further repetitions add nothing.
      if (n === max || n > min + text.length) break;
      const here = either([...ends].map(end => this.#match(body, text, end)));
      const nLeft = Math.max(0, min - n - 1);
      nMissing = Math.min(nMissing, here.nMissing + (nLeft === 0 ? 0 : nLeft * this.#shortestOf(body)));
      ends = here.ends;
    }
    return { ends: found, nMissing };
  }

  #shortestOf(node: Node): number {
    switch (node.kind) {
      case 'literal':
        return node.chars.length;
      case 'class':
        return 1;
      case 'choice':
        return Math.min(...node.parts.map(part => this.#shortestOf(part)));
      case 'sequence':
        return node.parts.reduce((sum, part) => sum + this.#shortestOf(part), 0);
      case 'times':
        return node.min === 0 ? 0 : node.min * this.#shortestOf(node.body);
      case 'rule':
        return this.#shortest[node.rule];
    }
  }
}

const NO_MATCH: Matches = { ends: new Set(), nMissing: Number.POSITIVE_INFINITY };

function endsAt(ends: readonly number[]): Matches {
  return { ends: new Set(ends), nMissing: Number.POSITIVE_INFINITY };
}

/** Match at the end of a text; every nonempty symbol is missing. */
function shortestMatch(nMissing: number, at: number): Matches {
  return nMissing === 0 ? endsAt([at]) : { ends: new Set(), nMissing };
}

function either(all: readonly Matches[]): Matches {
  return {
    ends: new Set(all.flatMap(({ ends }) => [...ends])),
    nMissing: Math.min(...all.map(({ nMissing }) => nMissing)),
  };
}

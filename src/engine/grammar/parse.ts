import { checkRules } from './check.ts';
import { type Element, type Grammar, link, MAX_CODE_POINT } from './grammar.ts';
import { complementOf, unionOf } from './ranges.ts';
import { grammarError, Scanner } from './scanner.ts';

/** llama.cpp's bound of `{m,n}`: a larger `m` is refused, a larger `n` counts as no bound. */
const MAX_REPETITIONS = 2000;
/** Groups within groups. */
const MAX_DEPTH = 250;
/** Elements of all rules together, repetitions written out. */
const MAX_ELEMENTS = 500_000;

type Alternatives = readonly (readonly Element[])[];

/**
 * Parses a grammar in GBNF, llama.cpp's notation, whose texts the rule `root` derives. Of two rules with one name the
 * later counts. Source of the language: grammars/README.md of llama.cpp; its `<token>` elements are refused.
 *
 * Throws `invalid_request` for a grammar that is malformed, incomplete, left-recursive or too large.
 */
export function parseGrammar(text: string): Grammar {
  return new Parser(text).parse();
}

class Parser {
  readonly #scanner: Scanner;
  readonly #ids = new Map<string, number>();
  /** By id; undefined for a rule that is named but not defined so far. */
  readonly #rules: (Alternatives | undefined)[] = [];
  #nElements = 0;

  constructor(text: string) {
    this.#scanner = new Scanner(text);
  }

  parse(): Grammar {
    this.#scanner.skipSpace(true);
    while (!this.#scanner.isAtEnd) this.#rule();
    const root = this.#ids.get('root');
    if (root === undefined) throw grammarError("there is no rule 'root' to begin with");
    const undefinedRule = [...this.#ids].find(([, id]) => this.#rules[id] === undefined);
    if (undefinedRule) throw grammarError(`the rule '${undefinedRule[0]}' is used but not defined`);
    const rules = this.#rules.map(rule => (rule ?? []).map(link));
    checkRules(rules);
    return { rules, root };
  }

  #rule(): void {
    const scanner = this.#scanner;
    const name = scanner.name();
    if (name === null) throw scanner.error("expecting a rule's name");
    scanner.skipSpace(false);
    scanner.expect('::=');
    scanner.skipSpace(true);
    this.#rules[this.#idOf(name)] = this.#alternatives(0);
    if (!scanner.isAtEnd && !scanner.startsWith('\r') && !scanner.startsWith('\n')) {
      throw scanner.error('expecting the end of the line');
    }
    scanner.skipSpace(true);
  }

  /** `depth`: groups around; within one, an alternative may go on in the next line. */
  #alternatives(depth: number): Alternatives {
    const alternatives = [this.#sequence(depth)];
    while (this.#scanner.skip('|')) {
      this.#scanner.skipSpace(true);
      alternatives.push(this.#sequence(depth));
    }
    return alternatives;
  }

  #sequence(depth: number): Element[] {
    const sequence: Element[] = [];
    for (;;) {
      let symbol = this.#symbol(depth);
      if (symbol === null) return sequence;
      this.#scanner.skipSpace(depth > 0);
      for (let times = this.#times(depth); times !== null; times = this.#times(depth)) {
        symbol = this.#repeat(symbol, times.min, times.max);
        this.#scanner.skipSpace(depth > 0);
      }
      this.#count(symbol.length);
      sequence.push(...symbol);
    }
  }

  /** What a repetition behind it applies to, or null when there is none. */
  #symbol(depth: number): Element[] | null {
    const scanner = this.#scanner;
    if (scanner.skip('"')) return this.#literal();
    if (scanner.skip('[')) return this.#characterClass();
    if (scanner.skip('.')) return [{ kind: 'character', ranges: [0, MAX_CODE_POINT] }];
    if (scanner.skip('(')) {
      if (depth >= MAX_DEPTH) throw scanner.error(`more than ${MAX_DEPTH} groups within each other`);
      scanner.skipSpace(true);
      const group = this.#addRule(this.#alternatives(depth + 1));
      scanner.expect(')');
      return [group];
    }
    if (scanner.startsWith('<') || scanner.startsWith('!')) {
      throw scanner.error('tokens are not supported in a grammar; write their text as a literal');
    }
    const name = scanner.name();
    return name === null ? null : [{ kind: 'rule', rule: this.#idOf(name) }];
  }

  #literal(): Element[] {
    const elements: Element[] = [];
    while (!this.#scanner.skip('"')) {
      const codePoint = this.#scanner.character();
      elements.push({ kind: 'character', ranges: [codePoint, codePoint] });
    }
    return elements;
  }

  /** As in llama.cpp, `[]` is nothing at all rather than a character that cannot be. */
  #characterClass(): Element[] {
    const scanner = this.#scanner;
    const isNegated = scanner.skip('^');
    const pairs: [number, number][] = [];
    while (!scanner.skip(']')) {
      const first = scanner.character();
      // A hyphen at the end of a class stands for itself.
      const isRange = scanner.startsWith('-') && !scanner.startsWith('-]');
      if (isRange) scanner.expect('-');
      pairs.push([first, isRange ? scanner.character() : first]);
    }
    if (pairs.length === 0) return [];
    const ranges = unionOf(pairs);
    return [{ kind: 'character', ranges: isNegated ? complementOf(ranges) : ranges }];
  }

  /** How often the symbol before may come; null when nothing is said about it. */
  #times(depth: number): { readonly min: number; readonly max: number } | null {
    const scanner = this.#scanner;
    if (scanner.skip('*')) return { min: 0, max: Number.POSITIVE_INFINITY };
    if (scanner.skip('+')) return { min: 1, max: Number.POSITIVE_INFINITY };
    if (scanner.skip('?')) return { min: 0, max: 1 };
    if (!scanner.skip('{')) return null;
    const number = () => {
      scanner.skipSpace(depth > 0);
      const value = scanner.integer();
      scanner.skipSpace(depth > 0);
      return value;
    };
    const min = number();
    if (min === null) throw scanner.error('expecting a number');
    const max = scanner.skip(',') ? (number() ?? Number.POSITIVE_INFINITY) : min;
    scanner.expect('}');
    if (max < min) throw scanner.error(`{${min},${max}} asks for at least ${min} and at most ${max}`);
    if (min > MAX_REPETITIONS) {
      throw scanner.error(`${min} repetitions are more than the ${MAX_REPETITIONS} allowed`);
    }
    return { min, max: max > MAX_REPETITIONS ? Number.POSITIVE_INFINITY : max };
  }

  /** The symbol `min` times, then rules for what may follow: one that begins again, or one within the other up to `max`. */
  #repeat(symbol: readonly Element[], min: number, max: number): Element[] {
    if (symbol.length === 0) throw this.#scanner.error('nothing comes before the repetition');
    const [only, ...more] = symbol;
    const once = more.length === 0 ? only : this.#addRule([symbol]);
    this.#count(min);
    const repeated = new Array<Element>(min).fill(once);
    if (max === Number.POSITIVE_INFINITY) {
      const again: Element = { kind: 'rule', rule: this.#rules.length };
      return [...repeated, this.#addRule([[once, again], []])];
    }
    let rest: Element | null = null;
    for (let i = min; i < max; i++) rest = this.#addRule([rest === null ? [once] : [once, rest], []]);
    return rest === null ? repeated : [...repeated, rest];
  }

  #idOf(name: string): number {
    const id = this.#ids.get(name) ?? this.#rules.length;
    if (id === this.#rules.length) {
      this.#ids.set(name, id);
      this.#rules.push(undefined);
    }
    return id;
  }

  /** A rule without a name. */
  #addRule(alternatives: Alternatives): Element {
    for (const alternative of alternatives) this.#count(alternative.length + 1);
    this.#rules.push(alternatives);
    return { kind: 'rule', rule: this.#rules.length - 1 };
  }

  #count(nElements: number): void {
    this.#nElements += nElements;
    if (this.#nElements > MAX_ELEMENTS) {
      throw this.#scanner.error(`the grammar has more than ${MAX_ELEMENTS} elements; use fewer repetitions`);
    }
  }
}

import { compile } from './compile.ts';
import { type Grammar, MAX_CODE_POINT, type Ranges } from './grammar.ts';
import type { Alternatives, Part } from './parts.ts';
import { complementOf, unionOf } from './ranges.ts';
import { grammarError, Scanner } from './scanner.ts';

/** Limit of nested groups. */
const MAX_DEPTH = 250;

/** Repetition bounds. */
type Times = Pick<Part, 'min' | 'max'>;

const ONCE: Times = { min: 1, max: 1 };

/**
 * Parses a grammar in GBNF, llama.cpp's notation, with start symbol `root`. If a name is defined twice, the later rule wins.
 * Source: grammars/README.md of llama.cpp. `<token>` elements are refused; repetition bounds have no limit.
 *
 * Throws `invalid_request` for a malformed, incomplete or left-recursive grammar.
 */
export function parseGrammar(text: string): Grammar {
  return new Parser(text).parse();
}

class Parser {
  readonly #scanner: Scanner;
  readonly #ids = new Map<string, number>();
  /** Rules by id; undefined for a rule that is not defined yet. */
  readonly #rules: (Alternatives | undefined)[] = [];

  constructor(text: string) {
    this.#scanner = new Scanner(text);
  }

  parse(): Grammar {
    this.#scanner.skipSpace(true);
    while (!this.#scanner.isAtEnd) this.#rule();
    const root = this.#ids.get('root');
    if (root === undefined) throw grammarError("there is no rule 'root' to begin with");
    const names = new Map([...this.#ids].map(([name, id]) => [id, name]));
    const rules = this.#rules.map((rule, id) => {
      if (rule === undefined) throw grammarError(`the rule '${names.get(id)}' is used but not defined`);
      return rule;
    });
    return compile(rules, root, id => names.get(id) ?? null);
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

  /** Parses alternatives. `depth` counts the enclosing groups; within a group, an alternative may continue on the next line. */
  #alternatives(depth: number): Alternatives {
    const alternatives = [this.#sequence(depth)];
    while (this.#scanner.skip('|')) {
      this.#scanner.skipSpace(true);
      alternatives.push(this.#sequence(depth));
    }
    return alternatives;
  }

  #sequence(depth: number): Part[] {
    const sequence: Part[] = [];
    for (;;) {
      let symbol = this.#symbol(depth);
      if (symbol === null) return sequence;
      this.#scanner.skipSpace(depth > 0);
      for (let times = this.#times(depth); times !== null; times = this.#times(depth)) {
        symbol = this.#repeat(symbol, times);
        this.#scanner.skipSpace(depth > 0);
      }
      for (const part of symbol) sequence.push(part);
    }
  }

  /** Parses the parts that a following repetition applies to; null if there are none. */
  #symbol(depth: number): Part[] | null {
    const scanner = this.#scanner;
    if (scanner.skip('"')) return this.#literal();
    if (scanner.skip('[')) return this.#characterClass();
    if (scanner.skip('.')) return [character([0, MAX_CODE_POINT])];
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
    return name === null ? null : [ruleOnce(this.#idOf(name))];
  }

  #literal(): Part[] {
    const parts: Part[] = [];
    while (!this.#scanner.skip('"')) {
      const codePoint = this.#scanner.character();
      parts.push(character([codePoint, codePoint]));
    }
    return parts;
  }

  /** As in llama.cpp, `[]` derives the empty text. */
  #characterClass(): Part[] {
    const scanner = this.#scanner;
    const isNegated = scanner.skip('^');
    const pairs: [number, number][] = [];
    while (!scanner.skip(']')) {
      const first = scanner.character();
      // A hyphen at the end of a class is literal.
      const isRange = scanner.startsWith('-') && !scanner.startsWith('-]');
      if (isRange) scanner.expect('-');
      pairs.push([first, isRange ? scanner.character() : first]);
    }
    if (pairs.length === 0) return [];
    const ranges = unionOf(pairs);
    return [character(isNegated ? complementOf(ranges) : ranges)];
  }

  /** Parses a repetition; null if there is none. */
  #times(depth: number): Times | null {
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
    if (min > Number.MAX_SAFE_INTEGER) {
      throw scanner.error(`no text has ${min} repetitions; ask for at most ${Number.MAX_SAFE_INTEGER}`);
    }
    // No text reaches a bound beyond the exact range of a double.
    return { min, max: max > Number.MAX_SAFE_INTEGER ? Number.POSITIVE_INFINITY : max };
  }

  #repeat(symbol: readonly Part[], times: Times): Part[] {
    const [only, ...more] = symbol;
    if (only === undefined) throw this.#scanner.error('nothing comes before the repetition');
    if (times.max === 0) return [];
    const isOne = more.length === 0 && only.min === 1 && only.max === 1;
    return [{ ...(isOne ? only : this.#addRule([symbol])), ...times }];
  }

  #idOf(name: string): number {
    const id = this.#ids.get(name) ?? this.#rules.length;
    if (id === this.#rules.length) {
      this.#ids.set(name, id);
      this.#rules.push(undefined);
    }
    return id;
  }

  /** Adds an unnamed rule. */
  #addRule(alternatives: Alternatives): Part {
    this.#rules.push(alternatives);
    return ruleOnce(this.#rules.length - 1);
  }
}

function character(ranges: Ranges): Part {
  return { element: { kind: 'character', ranges }, ...ONCE };
}

function ruleOnce(rule: number): Part {
  return { element: { kind: 'rule', rule }, ...ONCE };
}

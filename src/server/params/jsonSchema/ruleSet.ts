/** Rules that many schemas use, and those that each uses in turn. They derive the texts that llama.cpp's derive. */
const SHARED_RULES = {
  // White space is bounded, lest a model write nothing else.
  space: { body: '" "? | "\\n"{1,2} [ \\t]{0,20}', uses: [] },
  boolean: { body: '("true" | "false") space', uses: [] },
  null: { body: '"null" space', uses: [] },
  integer: { body: '"-"? digits space', uses: ['digits'] },
  number: { body: '"-"? digits ("." [0-9]{1,16})? ([eE] [+-]? digits)? space', uses: ['digits'] },
  digits: { body: '"0" | [1-9] [0-9]{0,15}', uses: [] },
  string: { body: '"\\"" char* "\\"" space', uses: ['char'] },
  char: { body: '[^"\\\\\\x00-\\x1F\\x7F] | "\\\\" (["\\\\bfnrt] | "u" hex{4})', uses: ['hex'] },
  // One character of the text: half of a pair, as an escape, is none.
  character: {
    body: '[^"\\\\\\x00-\\x1F\\x7F] | "\\\\" (["\\\\bfnrt] | "u" ([0-9a-ce-fA-CE-F] hex{3} | [dD] [0-7] hex{2}))',
    uses: ['hex'],
  },
  hex: { body: '[0-9a-fA-F]', uses: [] },
  value: {
    body: 'object | array | string | number | boolean | null',
    uses: ['object', 'array', 'string', 'number', 'boolean', 'null'],
  },
  object: { body: '"{" space (member ("," space member)*)? "}" space', uses: ['member'] },
  member: { body: 'string ":" space value', uses: ['string', 'value'] },
  array: { body: '"[" space (value ("," space value)*)? "]" space', uses: ['value'] },
} as const satisfies Record<string, { readonly body: string; readonly uses: readonly string[] }>;

export type SharedRule = keyof typeof SHARED_RULES;

/** The rules of a grammar under construction, each with a name of its own. */
export class RuleSet {
  readonly #bodies = new Map<string, string>();

  constructor() {
    this.shared('space');
  }

  /**
   * Adds a rule and returns its name: `name` with hyphens for what GBNF allows in none, and a number where that is
   * taken by another rule.
   */
  add(name: string, body: string): string {
    const free = this.#freeName(name, body);
    this.#bodies.set(free, body);
    return free;
  }

  /** Takes a name like `name` for a rule that is yet to be defined. */
  reserve(name: string): string {
    const free = this.#freeName(name, null);
    this.#bodies.set(free, '');
    return free;
  }

  /** Gives a reserved name its rule. */
  define(reserved: string, body: string): void {
    this.#bodies.set(reserved, body);
  }

  /** Gives a reserved name back. */
  drop(reserved: string): void {
    this.#bodies.delete(reserved);
  }

  /** Adds a shared rule under its name or another one, with all it uses, and returns the name. */
  shared(rule: SharedRule, name: string = rule): string {
    const { body, uses } = SHARED_RULES[rule];
    const added = this.add(name, body);
    for (const used of uses) if (!this.has(used)) this.shared(used);
    return added;
  }

  has(name: string): boolean {
    return this.#bodies.has(name);
  }

  /** Whether rules made of a schema must not take `name`. */
  isReserved(name: string): boolean {
    return name === 'root' || Object.hasOwn(SHARED_RULES, name);
  }

  /** All rules as GBNF, in order of their names. */
  toGrammar(): string {
    const names = [...this.#bodies.keys()].sort();
    return names.map(name => `${name} ::= ${this.#bodies.get(name)}\n`).join('');
  }

  /** `name` or one like it that no rule has, or only one with the same body. */
  #freeName(name: string, body: string | null): string {
    const base = name.replaceAll(/[^a-zA-Z0-9-]+/g, '-');
    let free = base;
    for (let n = 0; this.has(free) && (body === null || this.#bodies.get(free) !== body); n++) {
      free = `${base}${n}`;
    }
    return free;
  }
}

/** Rules shared by many schemas, with the rules that they use. They derive the same texts as llama.cpp's rules. */
const SHARED_RULES = {
  // White space is bounded, so that a model cannot write white space forever.
  space: { body: '" "? | "\\n"{1,2} [ \\t]{0,20}', uses: [] },
  boolean: { body: '("true" | "false") space', uses: [] },
  null: { body: '"null" space', uses: [] },
  integer: { body: '"-"? digits space', uses: ['digits'] },
  number: { body: '"-"? digits ("." [0-9]{1,16})? ([eE] [+-]? digits)? space', uses: ['digits'] },
  digits: { body: '"0" | [1-9] [0-9]{0,15}', uses: [] },
  string: { body: '"\\"" char* "\\"" space', uses: ['char'] },
  char: { body: '[^"\\\\\\x00-\\x1F\\x7F] | "\\\\" (["\\\\bfnrt] | "u" hex{4})', uses: ['hex'] },
  // One character of the text. An escaped lone surrogate is not a character.
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

/** Rules of a grammar under construction; each has a unique name. */
export class RuleSet {
  readonly #bodies = new Map<string, string>();

  constructor() {
    this.shared('space');
  }

  /**
   * Adds a rule and returns its name: `name` with hyphens for characters that GBNF does not allow, and with a number if another
   * rule has the name.
   */
  add(name: string, body: string): string {
    const free = this.#freeName(name, body);
    this.#bodies.set(free, body);
    return free;
  }

  /** Reserves a name like `name` for a rule that is defined later. */
  reserve(name: string): string {
    const free = this.#freeName(name, null);
    this.#bodies.set(free, '');
    return free;
  }

  /** Defines the rule of a reserved name. */
  define(reserved: string, body: string): void {
    this.#bodies.set(reserved, body);
  }

  /** Releases a reserved name. */
  drop(reserved: string): void {
    this.#bodies.delete(reserved);
  }

  /** Adds a shared rule, and the rules that it uses, under its own or another name. Returns the name. */
  shared(rule: SharedRule, name: string = rule): string {
    const { body, uses } = SHARED_RULES[rule];
    const added = this.add(name, body);
    for (const used of uses) if (!this.has(used)) this.shared(used);
    return added;
  }

  has(name: string): boolean {
    return this.#bodies.has(name);
  }

  /** True if rules made from a schema must not use `name`. */
  isReserved(name: string): boolean {
    return name === 'root' || Object.hasOwn(SHARED_RULES, name);
  }

  /** All rules as GBNF, sorted by name. */
  toGrammar(): string {
    const names = [...this.#bodies.keys()].sort();
    return names.map(name => `${name} ::= ${this.#bodies.get(name)}\n`).join('');
  }

  /** Returns `name`, or a variant that no rule or only a rule with the same body has. */
  #freeName(name: string, body: string | null): string {
    const base = name.replaceAll(/[^a-zA-Z0-9-]+/g, '-');
    let free = base;
    for (let n = 0; this.has(free) && (body === null || this.#bodies.get(free) !== body); n++) {
      free = `${base}${n}`;
    }
    return free;
  }
}

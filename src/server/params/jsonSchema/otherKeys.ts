import type { RuleSet } from './ruleSet.ts';

/** Characters that must be escaped in a JSON string, written for use inside a GBNF class. */
const UNQUOTED = '"\\\\\\x00-\\x1F\\x7F';

interface KeyNode {
  readonly children: Map<string, KeyNode>;
  isKey: boolean;
}

/**
 * GBNF of a JSON string that equals none of `keys`. While it starts like one of them it has no escape sequence, so no key can be
 * spelled in a different way.
 */
export function otherKeys(keys: readonly string[], rules: RuleSet): string {
  const root: KeyNode = { children: new Map(), isKey: false };
  for (const key of keys) {
    let node = root;
    for (const char of JSON.stringify(key).slice(1, -1)) {
      const child = node.children.get(char) ?? { children: new Map(), isKey: false };
      node.children.set(char, child);
      node = child;
    }
    node.isKey = true;
  }
  return `"\\"" ${continuation(root, rules.shared('char'))} "\\"" space`;
}

/** Continuations of a string whose characters so far lead to `node`. */
function continuation({ children, isKey }: KeyNode, char: string): string {
  const alternatives = [...children].map(
    ([next, child]) => `[${classMember(next)}] ${continuation(child, char)}`,
  );
  const followers = [...children.keys()].map(classMember).join('');
  alternatives.push(`[^${UNQUOTED}${followers}] ${char}*`);
  return `(${alternatives.join(' | ')})${isKey ? '' : '?'}`;
}

/** Writes one character for use inside a GBNF class. */
function classMember(char: string): string {
  return /[\\\]"[^-]/.test(char) ? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}` : char;
}

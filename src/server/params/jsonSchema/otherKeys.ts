import type { RuleSet } from './ruleSet.ts';

/** Characters that must not stand in a string as they are, for use within a class. */
const UNQUOTED = '"\\\\\\x00-\\x1F\\x7F';

interface KeyNode {
  readonly children: Map<string, KeyNode>;
  isKey: boolean;
}

/**
 * GBNF of a JSON string that is none of `keys`. As long as it begins like one of them it has no escape sequence, so that
 * a key cannot be spelled in another way.
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

/** What may follow a beginning that is `node`. */
function continuation({ children, isKey }: KeyNode, char: string): string {
  const alternatives = [...children].map(
    ([next, child]) => `[${classMember(next)}] ${continuation(child, char)}`,
  );
  const followers = [...children.keys()].map(classMember).join('');
  alternatives.push(`[^${UNQUOTED}${followers}] ${char}*`);
  return `(${alternatives.join(' | ')})${isKey ? '' : '?'}`;
}

/** One character within a class of GBNF. */
function classMember(char: string): string {
  return /[\\\]"[^-]/.test(char) ? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}` : char;
}

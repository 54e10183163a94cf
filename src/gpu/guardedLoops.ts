/** Loop into which Tint puts a counter of 64 bits, because it cannot tell that the loop ends. */
export interface GuardedLoop {
  /** Header, as the text has it. */
  readonly header: string;
  readonly reason: string;
}

/**
 * Finds the loops of a shader, after preprocessing, that Tint guards. It leaves a `for` alone if its index is a variable of the
 * header that changes by exactly 1 per trip and nowhere else, and is compared with something that cannot change meanwhile: a
 * literal, a constant, or a `let` from before the loop. A guard costs a few instructions per trip, and the driver, which no
 * longer knows how many trips there are, neither unrolls the loop nor moves its loads ahead.
 */
export function guardedLoops(wgsl: string): GuardedLoop[] {
  const text = wgsl.replace(/\/\/.*$/gm, '').replace(/\/\*[\s\S]*?\*\//g, '');
  const loops: GuardedLoop[] = [];
  for (const { index, 0: keyword } of text.matchAll(/\b(?:for|while|loop)\b(?=\s*[({])/g)) {
    const opening = index + keyword.length + text.slice(index + keyword.length).search(/\S/);
    const closing = keyword === 'loop' ? opening : closingOf(text, opening);
    const header = text.slice(index, closing + 1).replace(/\s+/g, ' ');
    const brace = text.indexOf('{', closing);
    const body = text.slice(brace, closingOf(text, brace) + 1);
    const reason =
      keyword === 'for'
        ? reasonToGuard(text.slice(opening + 1, closing), body, text.slice(0, index))
        : `a ${keyword} has no index`;
    if (reason !== null) loops.push({ header, reason });
  }
  return loops;
}

/** Index of the bracket that closes the one at `opening`. */
function closingOf(text: string, opening: number): number {
  let depth = 0;
  for (let i = opening; i < text.length; i++) {
    if ('({['.includes(text[i])) depth++;
    if (')}]'.includes(text[i]) && --depth === 0) return i;
  }
  throw new Error(`unclosed bracket: ${text.slice(opening, opening + 40)}`);
}

function reasonToGuard(header: string, body: string, before: string): string | null {
  const [start = '', condition = '', step = ''] = header.split(';').map(part => part.trim());
  const name = /^var\s+(\w+)/.exec(start)?.[1];
  if (name === undefined) return 'the header declares no index';
  const isByOne =
    [`${name}++`, `${name}--`].includes(step) || new RegExp(`^${name}\\s*[+-]=\\s*1[iu]?$`).test(step);
  if (!isByOne) return `the index does not step by 1: ${step}`;
  if (
    new RegExp(
      `(?<![.\\w])${name}\\s*(?:=(?!=)|[-+*/%&|^]=|<<=|>>=|\\+\\+|--)|(?<=[(,=]\\s*)&\\s*${name}\\b`,
    ).test(body)
  ) {
    return `the body changes ${name}`;
  }
  const bound = new RegExp(`^${name}\\s*(?:<=|>=|!=|<|>)\\s*(.+)$`).exec(condition)?.[1];
  if (bound === undefined) return `not compared with a bound: ${condition}`;
  if (/^\w+$/.test(bound)) {
    return /^\d/.test(bound) || isImmutable(bound, before) ? null : `the bound may change: ${bound}`;
  }
  return isConstant(bound, before) ? null : `the bound is computed in each trip: ${bound}`;
}

/** Whether an expression has only numbers and constants of the module, so that the compiler computes it. */
function isConstant(expression: string, before: string): boolean {
  const names = expression.match(/\b[a-zA-Z_]\w*/g) ?? [];
  const isOfModule = (name: string) => new RegExp(`^(?:const|override)\\s+${name}\\b`, 'm').test(before);
  return /^[\w\s()+*/%-]+$/.test(expression) && names.every(isOfModule);
}

/** Whether `name` is a constant of the module, a parameter or a `let`, by its last declaration in the text before its use. */
function isImmutable(name: string, before: string): boolean {
  const declared = [
    ...before.matchAll(new RegExp(`\\b(let|const|override|var(?:<[^>]*>)?)\\s+${name}\\b`, 'g')),
  ].at(-1);
  if (declared !== undefined) return !declared[1].startsWith('var');
  return new RegExp(`[(,]\\s*(?:@[^,)]*\\)\\s*)?${name}\\s*:`).test(before);
}

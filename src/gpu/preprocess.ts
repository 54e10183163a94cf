import { assert } from '../util/assert.ts';

export type Defines = Readonly<Record<string, string | number>>;

/**
 * Preprocesses a `.wgsl` file for the compiler. Line directives:
 *
 * - `#define NAME value` sets a default; a variant's own define wins
 * - `#include "lib/step.wgsl"`; the path may use `{NAME}`
 * - `#if NAME`, `#if !NAME`, `#if NAME == value`, `#if NAME != value`, `#else`, `#endif`; a missing name or 0 is false
 * - `#for i 0..COUNT` … `#endfor` repeats the lines for each value of `i`, for named accumulators and literal indices
 *
 * In other lines it replaces `{NAME}`, `{NAME+4}`, `{NAME*4}` and `{NAME*2+1}`, where NAME is a define or a loop variable. Sizes
 * are `override` constants: use a define only for what WGSL cannot express.
 *
 * @param sources file name relative to `shaders/` → text
 */
export function preprocess(
  file: string,
  sources: ReadonlyMap<string, string>,
  defines: Defines = {},
): string {
  const names = new Map<string, string>(
    Object.entries(defines).map(([name, value]) => [name, String(value)]),
  );
  return expand(linesOf(file, sources), { sources, names }).join('\n');
}

interface Context {
  readonly sources: ReadonlyMap<string, string>;
  readonly names: Map<string, string>;
}

function linesOf(file: string, sources: ReadonlyMap<string, string>): string[] {
  const text = sources.get(file);
  assert(text !== undefined, () => `no shader source "${file}"`);
  return text.split('\n');
}

function expand(lines: readonly string[], context: Context): string[] {
  const out: string[] = [];
  for (let i = 0; i < lines.length; i++) {
    const [, directive, rest = ''] = /^\s*#(\w+)\s*(.*)$/.exec(lines[i]) ?? [];
    switch (directive) {
      case undefined:
        out.push(substitute(lines[i], context.names));
        break;
      case 'define': {
        const [name, value] = splitOnce(rest);
        if (!context.names.has(name)) context.names.set(name, substitute(value, context.names));
        break;
      }
      case 'include': {
        const file = substitute(rest.replaceAll('"', '').trim(), context.names);
        out.push(...expand(linesOf(file, context.sources), context));
        break;
      }
      case 'if': {
        const end = matchingEnd(lines, i, 'if', 'endif');
        const middle = elseOf(lines, i, end);
        const branch = holds(rest, context.names) ? [i + 1, middle] : [middle + 1, end];
        out.push(...expand(lines.slice(branch[0], branch[1]), context));
        i = end;
        break;
      }
      case 'for': {
        const end = matchingEnd(lines, i, 'for', 'endfor');
        const loop = /^(\w+)\s+(\w+)\.\.(\w+)/.exec(rest);
        assert(loop !== null, () => `malformed #for: ${lines[i]}`);
        const [, variable, from, to] = loop;
        const body = lines.slice(i + 1, end);
        for (let value = numberOf(from, context.names); value < numberOf(to, context.names); value++) {
          const names = new Map(context.names).set(variable, String(value));
          out.push(...expand(body, { ...context, names }));
        }
        i = end;
        break;
      }
      default:
        throw new Error(`unknown directive in a shader: ${lines[i]}`);
    }
  }
  return out;
}

function splitOnce(text: string): [string, string] {
  const at = text.search(/\s/);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at).trim()];
}

function substitute(line: string, names: ReadonlyMap<string, string>): string {
  return line.replace(
    /\{(\w+)(?:\*(\d+))?(?:\+(\d+))?\}/g,
    (match, name: string, factor?: string, addend?: string) => {
      const value = names.get(name);
      if (value === undefined) return match;
      if (factor === undefined && addend === undefined) return value;
      return String(Number(value) * Number(factor ?? 1) + Number(addend ?? 0));
    },
  );
}

function numberOf(word: string, names: ReadonlyMap<string, string>): number {
  const value = Number(names.get(word) ?? word);
  assert(Number.isInteger(value), () => `"${word}" is not a number in a shader's #for`);
  return value;
}

function holds(condition: string, names: ReadonlyMap<string, string>): boolean {
  const [, not, name, operator, literal] = /^(!?)(\w+)(?:\s*(==|!=)\s*(\w+))?/.exec(condition) ?? [];
  assert(name !== undefined, () => `malformed #if: ${condition}`);
  const value = names.get(name);
  if (operator !== undefined) return (value === literal) === (operator === '==');
  return (value !== undefined && value !== '0') !== (not === '!');
}

function matchingEnd(lines: readonly string[], start: number, open: string, close: string): number {
  let depth = 0;
  for (let i = start; i < lines.length; i++) {
    const word = /^\s*#(\w+)/.exec(lines[i])?.[1];
    if (word === open) depth++;
    if (word === close && --depth === 0) return i;
  }
  throw new Error(`#${open} without #${close}: ${lines[start]}`);
}

function elseOf(lines: readonly string[], start: number, end: number): number {
  let depth = 0;
  for (let i = start; i < end; i++) {
    const word = /^\s*#(\w+)/.exec(lines[i])?.[1];
    if (word === 'if') depth++;
    if (word === 'endif') depth--;
    if (word === 'else' && depth === 1) return i;
  }
  return end;
}

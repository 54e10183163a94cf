/** Matches a comment, which may contain anything, or a raw block. */
const COMMENT_OR_RAW =
  /\{#[\s\S]*?#\}|(?:^[ \t]*(?=\{%[^+]))?\{%([-+]?)\s*raw\s*(-?)%\}([\s\S]*?)\{%([-+]?)\s*endraw\s*([-+]?)%\}(\n?)/gm;

/** Replaces each `{% raw %}` block by an expression that prints its text, because the library does not support raw blocks. */
export function withoutRawBlocks(source: string): string {
  return source.replaceAll(
    COMMENT_OR_RAW,
    (all, before: string | undefined, after = '', text = '', beforeEnd = '', afterEnd = '', newline = '') => {
      if (before === undefined) return all;
      const rest = afterEnd === '+' ? newline : '';
      return `{{${strips(before)}"${escaped(inner(text, after, beforeEnd))}"${strips(afterEnd)}}}${rest}`;
    },
  );
}

function strips(sign: string): string {
  return sign === '-' ? '-' : '';
}

/**
 * Text of a raw block after white-space control: the signs of its tags strip white space, and a tag at the start of a line strips
 * its indentation.
 */
function inner(text: string, after: string, beforeEnd: string): string {
  const start = after === '-' ? text.trimStart() : text;
  if (beforeEnd === '-') return start.trimEnd();
  return beforeEnd === '+' ? start : start.replace(/\n[ \t]+$/, '\n');
}

/**
 * Escapes the text for a string literal. All special characters are escaped, since the library scans for them before it reads
 * strings.
 */
function escaped(text: string): string {
  return text.replaceAll(/[^\w ]/g, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

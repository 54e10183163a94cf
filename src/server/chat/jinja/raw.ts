/** A comment, which may hold anything, or a block whose text is not looked into. */
const COMMENT_OR_RAW =
  /\{#[\s\S]*?#\}|(?:^[ \t]*(?=\{%[^+]))?\{%([-+]?)\s*raw\s*(-?)%\}([\s\S]*?)\{%([-+]?)\s*endraw\s*([-+]?)%\}(\n?)/gm;

/** `source` with each `{% raw %}` block as an expression that prints its text: the library knows no such blocks. */
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

/** What is left of the text: tags take the white space that their signs say, and one that begins a line its indentation. */
function inner(text: string, after: string, beforeEnd: string): string {
  const start = after === '-' ? text.trimStart() : text;
  if (beforeEnd === '-') return start.trimEnd();
  return beforeEnd === '+' ? start : start.replace(/\n[ \t]+$/, '\n');
}

/** As a string literal without a character that means something outside of one, where the library looks first. */
function escaped(text: string): string {
  return text.replaceAll(/[^\w ]/g, char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Line that a next character may turn into a list, a rule, a heading, a fence or a row: it has only marks of Markdown so far. */
const MARKS = /(?<=^|\n)[ \t>]*(?:[-=*_+#~`|:$\\ \t>]+|\d{1,9}[.)]?[ \t]*|[-*+][ \t]+\[[ xX]?\]?)$/;
/** Marks of which the text after them says what they are. */
const LAST_MARKS = /[*_~`$\\[!]+$/;

/**
 * Takes the marks from the end of a text that is still being written: they appear with the character that gives them a meaning.
 * Otherwise "- " below a line would make it a heading for a moment.
 */
export function withoutLastMarks(text: string): string {
  const lastLine = text.lastIndexOf('\n') + 1;
  const line = text.slice(lastLine);
  return text.slice(0, lastLine) + line.replace(MARKS, '').replace(LAST_MARKS, '');
}

/** Last lines that are a head of a table, of which the second line is incomplete or missing. */
const TABLE_HEAD = /(?<=^|\n)[ ]{0,3}(\|[^\n]*)(?:\n[ ]{0,3}[|:\- \t]*)?$/;

/** Completes the head of a table at the end of a text, so that it does not appear as a paragraph first. */
export function withTableHead(text: string): string {
  const tail = text.slice(lastBlankLine(text));
  const head = TABLE_HEAD.exec(tail);
  if (!head?.[1] || head.index > 0) return text;
  const row = head[1].trimEnd();
  const cells = row
    .slice(1)
    .replace(/(?<!\\)\|$/, '')
    .split(/(?<!\\)\|/);
  return `${text.slice(0, text.length - head[0].length)}${row}\n|${'-|'.repeat(cells.length)}`;
}

/** Start of the text after the last blank line. */
function lastBlankLine(text: string): number {
  const blank = text.lastIndexOf('\n\n');
  return blank === -1 ? 0 : blank + 2;
}

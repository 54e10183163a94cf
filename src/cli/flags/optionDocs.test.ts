/**
 * Derives from the tables of options what has to be a file: the interface of the options, for editors, and two pages of docs. Run
 * `npx vitest run src/cli/flags/optionDocs.test.ts -u` after changing a table.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Option, OptionTable } from '../../protocol/options/option.ts';
import type { ValueType } from '../../protocol/options/valueTypes.ts';
import { OPTION_GROUPS } from '../../protocol/options.ts';
import { FLAG_GROUPS } from '../commandLine.ts';
import { COMPARE_OPTIONS } from '../lab/compareLine.ts';
import { RUN_OPTIONS } from '../lab/runLine.ts';
import { TOKENIZE_OPTIONS } from '../tokenize/tokenizeLine.ts';
import { flagLines, flagsOf, type OptionFlag } from './flags.ts';
import { HINTS } from './hints.ts';
import { REFUSALS } from './refusals.ts';

const ROOT = new URL('../../../', import.meta.url);
const COMMENTED_ROW = /^ {2}(\/\*\*[\s\S]*?\*\/)\n {2}(\w+): \w+\(/gm;

/** Comments on the keys of the tables, as they stand in the source. */
const COMMENTS = new Map(
  Object.keys(OPTION_GROUPS).flatMap(group => {
    const source = readFileSync(new URL(`src/protocol/options/${group}Options.ts`, ROOT), 'utf8');
    return Array.from(
      source.matchAll(COMMENTED_ROW),
      ([, comment = '', name = '']) => [name, comment] as const,
    );
  }),
);

const ROWS: readonly (readonly [name: string, row: Option<unknown>])[] = Object.values(OPTION_GROUPS).flatMap(
  (table: OptionTable) => Object.entries(table),
);

function commentOf(name: string): string {
  const comment = COMMENTS.get(name);
  if (comment === undefined) throw new Error(`the option ${name} has no comment`);
  return comment;
}

function prose(name: string): string {
  return commentOf(name)
    .replace(/^\/\*\*|\*\/$/g, '')
    .replaceAll(/\s*\n\s*\*\s*/g, ' ')
    .trim();
}

function typeText({ kind, expected, element }: ValueType<unknown>): string {
  switch (kind) {
    case 'boolean':
    case 'number':
      return kind;
    case 'text':
      return expected.startsWith("'") ? expected.replaceAll(' or ', ' | ') : 'string';
    case 'list': {
      const inner = element ? typeText(element) : 'unknown';
      return `readonly ${inner.includes('|') ? `(${inner})` : inner}[]`;
    }
    case 'record':
      return 'Readonly<Record<string, unknown>>';
    default:
      throw new Error(`no type for ${expected}`);
  }
}

function interfaceText(): string {
  return [
    '// Generated from the tables in options/, whose comments these are; src/cli/flags/optionDocs.test.ts says how.',
    '',
    '/** Options as a user gives them. */',
    'export interface GivenOptions {',
    ...ROWS.map(([name, { type }]) => {
      const text =
        type.accepts('text') && type.kind === 'list' ? `string | ${typeText(type)}` : typeText(type);
      return `  ${commentOf(name)}\n${broken(`  readonly ${name}?: ${text};`)}`;
    }),
    '}',
    '',
  ].join('\n');
}

/** Line of an interface, as Biome breaks it if it is too long: a choice in parentheses has a line for each word. */
function broken(line: string): string {
  const [, start, words, end] = /^(.*\()(.*)(\).*)$/.exec(line) ?? [];
  if (line.length <= 110 || words === undefined) return line;
  return [start, ...words.split(' | ').map(word => `    | ${word}`), `  ${end}`].join('\n');
}

/** Table of Markdown with columns of one width each, as Biome formats it. */
function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [heads, ...rows].map(row => row.map(cell => cell.replaceAll('|', '\\|')));
  const widths = heads.map((_, i) => Math.max(3, ...cells.map(row => row[i]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${widths.map((width, i) => (row[i] ?? '').padEnd(width)).join(' | ')} |`;
  const [first, ...others] = cells.map(line);
  return [first, line(widths.map(width => '-'.repeat(width))), ...others].join('\n');
}

const code = (text: string) => `\`${text}\``;

function flagTable(flags: readonly OptionFlag[]): string {
  const lines = flagLines(flags);
  const rows = flags.map(({ flag }, i) => [
    code(lines[i]?.[0] ?? ''),
    flag.env ? code(flag.env) : '',
    lines[i]?.[1] ?? '',
  ]);
  return table(['flag', 'variable', 'meaning'], rows);
}

function optionsPage(): string {
  const sections = Object.entries(OPTION_GROUPS).flatMap(([group, options]: [string, OptionTable]) => [
    `## ${group[0]?.toUpperCase()}${group.slice(1)}`,
    table(
      ['option', 'value', 'flag', 'meaning'],
      Object.entries(options).map(([name, { type, flags, noFlag }]) => [
        code(name),
        type.expected,
        noFlag ? `none: ${noFlag}` : flags.map(({ flag }) => code(flag.split(', ').at(-1) ?? '')).join(', '),
        prose(name),
      ]),
    ),
  ]);
  return `${['# Options of createServer', OPTIONS_INTRODUCTION, ...sections].join('\n\n')}\n`;
}

const OPTIONS_INTRODUCTION =
  'Generated from the tables in `src/protocol/options`. `model` and `modelDraft` name the files; `onProgress`, `onLog` and `signal` are described at `CreateServerOptions`. A flag is what sets the option in `foretoken serve`, see [cli.md](cli.md).';

function commandLinePage(): string {
  const groups = FLAG_GROUPS.flatMap(({ title, flags }) => [`### ${title}`, flagTable(flags)]);
  const hints = HINTS.map(({ names }) => names.map(code).join(', ')).join(' · ');
  const refusals = REFUSALS.map(({ names, reason }) => [names.map(code).join(', '), reason]);
  const page = [
    '# Command line',
    'Generated from the tables that the program reads. A flag ranks above its variable in the environment, and the last of two equal flags counts. `_` may replace `-` in a long flag.',
    '## foretoken serve',
    ...groups,
    '### Accepted without effect',
    `Flags that only tune a machine: ${hints}`,
    '### Refused',
    table(['flags', 'reason'], refusals),
    '## foretoken tokenize',
    flagTable(flagsOf(TOKENIZE_OPTIONS)),
    '## foretoken lab',
    flagTable(flagsOf(RUN_OPTIONS)),
    '## foretoken lab compare',
    flagTable(flagsOf(COMPARE_OPTIONS)),
  ];
  return `${page.join('\n\n')}\n`;
}

describe('files that are derived from the tables of options', () => {
  it.each([
    ['src/protocol/serverOptions.ts', interfaceText],
    ['docs/options.md', optionsPage],
    ['docs/cli.md', commandLinePage],
  ])('%s is up to date', async (file, text) => {
    await expect(text()).toMatchFileSnapshot(new URL(file, ROOT).pathname);
  });
});

describe('every option', () => {
  it.each(ROWS)('%s has a comment that states its default', (name, { default: fallback }) => {
    const shown = typeof fallback === 'string' ? `'${fallback}'` : String(fallback);
    expect(prose(name)).toMatch(fallback === undefined ? /./ : new RegExp(`Default ${shown}(?![\\d.]*\\d)`));
  });

  it.each(ROWS)('%s has a flag, or a reason for none', (_, { flags, noFlag }) => {
    expect(flags.length > 0).toBe(noFlag === undefined);
  });

  it.each(ROWS)('%s accepts its own default', (_, { type, default: fallback }) => {
    expect(fallback === undefined || type.accepts(fallback)).toBe(true);
  });
});

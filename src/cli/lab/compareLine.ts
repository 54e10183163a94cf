import { ForetokenError } from '../../util/errors.ts';
import { oneOf } from '../flags/values.ts';

export const FORMATS = ['text', 'markdown', 'json', 'llama-bench', 'test-backend-ops'] as const;

/** What `foretoken lab compare` is to do. */
export interface CompareOptions {
  readonly files: readonly string[];
  readonly format: (typeof FORMATS)[number];
  /** Where the comparison is saved as one HTML file. */
  readonly out?: string;
}

export type LabCommand =
  | { readonly kind: 'compare'; readonly options: CompareOptions }
  | { readonly kind: 'compare help' };

interface CompareFlag {
  readonly names: readonly string[];
  readonly value: string;
  readonly help: string;
  readonly apply: (given: CompareOptions, text: string, name: string) => CompareOptions;
}

const FLAGS: readonly CompareFlag[] = [
  {
    names: ['-f', '--format'],
    value: 'FORMAT',
    help: `what is printed: ${FORMATS.join(', ')} (default: text)`,
    apply: (given, text, name) => ({ ...given, format: oneOf(...FORMATS)(text, name) }),
  },
  {
    names: ['-o', '--out'],
    value: 'FILE',
    help: 'save the comparison as one HTML file as well, which opens without a server',
    apply: (given, out) => ({ ...given, out }),
  },
];

/** Reads what follows `foretoken lab`. Throws `invalid_option`. */
export function readLabLine(args: readonly string[]): LabCommand {
  const [word, ...rest] = args;
  if (word === '-h' || word === '--help') return { kind: 'compare help' };
  if (word !== 'compare') {
    throw invalid(`no command lab ${word ?? ''}`.trimEnd(), 'use foretoken lab compare A.json B.json …');
  }
  let given: CompareOptions = { files: [], format: 'text' };
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const name = arg;
    if (name === '-h' || name === '--help') return { kind: 'compare help' };
    const flag = FLAGS.find(({ names }) => names.includes(name));
    if (flag) {
      const text = rest.shift();
      if (text === undefined) throw invalid(`expected value for argument: ${name} ${flag.value}`);
      given = flag.apply(given, text, name);
    } else if (name.startsWith('-')) {
      throw invalid(`invalid argument: ${name}`);
    } else {
      given = { ...given, files: [...given.files, name] };
    }
  }
  if (given.files.length === 0)
    throw invalid('no reports to compare', 'name one or more JSON files of the lab');
  return { kind: 'compare', options: given };
}

/** The text of `foretoken lab compare --help`. */
export function compareHelp(): string {
  const lines = FLAGS.map(({ names, value, help }) => [`${names.join(', ')} ${value}`, help] as const);
  const width = Math.max(...lines.map(([left]) => left.length));
  return [
    'usage: foretoken lab compare A.json B.json … [flags]',
    '',
    'Compares reports of the lab: what one passes and another does not, then speed. The first is the reference.',
    '',
    ...lines.map(([left, help]) => `  ${left.padEnd(width)}  ${help}`),
    '',
    'exit code: 1 where one report passes a check that another fails, and on an error; differences in speed, in bits and in',
    'what an adapter supports do not count',
  ].join('\n');
}

function invalid(message: string, remedy = 'see foretoken lab compare --help'): ForetokenError {
  return new ForetokenError('invalid_option', `${message}; ${remedy}`);
}

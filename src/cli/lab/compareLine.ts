import { oneOf } from '../flags/values.ts';
import { flagLines, invalid, type LabFlag, readFlags } from './labFlags.ts';

export const FORMATS = ['text', 'markdown', 'json', 'llama-bench', 'test-backend-ops'] as const;

/** Options of `foretoken lab compare`. */
export interface CompareOptions {
  readonly files: readonly string[];
  readonly format: (typeof FORMATS)[number];
  /** Path of the HTML file for the comparison. */
  readonly out?: string;
}

const FLAGS: readonly LabFlag<CompareOptions>[] = [
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

/** Reads the arguments after `foretoken lab compare`. Throws `invalid_option`. */
export function readCompareLine(args: readonly string[]): CompareOptions {
  const options = readFlags<CompareOptions>(args, FLAGS, { files: [], format: 'text' }, (given, file) => ({
    ...given,
    files: [...given.files, file],
  }));
  if (options.files.length > 0) return options;
  throw invalid('no reports to compare', 'name one or more JSON files of the lab');
}

/** Text of `foretoken lab compare --help`. */
export function compareHelp(): string {
  return [
    'usage: foretoken lab compare A.json B.json … [flags]',
    '',
    'Compares reports of the lab: what one passes and another does not, then speed. The first is the reference.',
    '',
    ...flagLines(FLAGS),
    '',
    'exit code: 1 where one report passes a check that another fails, and on an error; differences in speed, in bits and in',
    'what an adapter supports do not count',
  ].join('\n');
}

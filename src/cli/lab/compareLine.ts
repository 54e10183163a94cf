import { invalidOption, option, type ResolvedValues, resolve } from '../../protocol/options/option.ts';
import { list, text, word } from '../../protocol/options/valueTypes.ts';
import { columns, flagLines, flagsOf } from '../flags/flags.ts';
import { readArguments, valuesOf } from '../flags/readArguments.ts';

export const FORMATS = ['text', 'markdown', 'json', 'llama-bench', 'test-backend-ops'] as const;

export const COMPARE_OPTIONS = {
  files: option(list(text), { default: [], noFlag: 'the arguments without a flag', repeat: 'elements' }),
  format: option(word(FORMATS), {
    default: 'text',
    flag: '-f, --format',
    value: 'FORMAT',
    help: `what is printed: ${FORMATS.join(', ')}`,
  }),
  /** Path of the HTML file for the comparison. */
  out: option(text, {
    flag: '-o, --out',
    value: 'FILE',
    help: 'save the comparison as one HTML file as well, which opens without a server',
  }),
};

/** Options of `foretoken lab compare`. */
export type CompareOptions = ResolvedValues<typeof COMPARE_OPTIONS>;

/** Reads the arguments after `foretoken lab compare`. Throws `invalid_option`. */
export function readCompareLine(args: readonly string[]): CompareOptions {
  const remedy = '; see foretoken lab --help';
  const file = (arg: string) => {
    if (arg.startsWith('-')) throw invalidOption(`invalid argument: ${arg}${remedy}`);
    return [{ option: COMPARE_OPTIONS.files, name: arg, value: [arg] }];
  };
  const assignments = readArguments(args, flagsOf(COMPARE_OPTIONS), file, { remedy });
  const options = resolve(COMPARE_OPTIONS, valuesOf(COMPARE_OPTIONS, assignments));
  if (options.files.length > 0) return options;
  throw invalidOption('no reports to compare; name one or more JSON files of the lab');
}

/** Text of `foretoken lab compare --help`. */
export function compareHelp(): string {
  return [
    'usage: foretoken lab compare A.json B.json … [flags]',
    '',
    'Compares reports of the lab: what one passes and another does not, then speed. The first is the reference.',
    '',
    ...columns(flagLines(flagsOf(COMPARE_OPTIONS))),
    '',
    'exit code: 1 where one report passes a check that another fails, and on an error; differences in speed, in bits and in',
    'what an adapter supports do not count',
  ].join('\n');
}

import { invalidOption, option, resolve } from '../../protocol/options/option.ts';
import { anyText, boolean, text } from '../../protocol/options/valueTypes.ts';
import { columns, flagLines, flagsOf } from '../flags/flags.ts';
import { readArguments, valuesOf } from '../flags/readArguments.ts';

/** Source of the text. */
export type TextSource =
  | { readonly kind: 'argument'; readonly text: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'stdin' }
  /** JSON requests, one per line of standard input, with an answer to each. */
  | { readonly kind: 'jsonl' };

/** Options of `foretoken tokenize`. */
export interface TokenizeOptions {
  readonly model: string;
  readonly source: TextSource;
  readonly idsOnly: boolean;
  readonly showCount: boolean;
  readonly addSpecial: boolean;
  readonly parseSpecial: boolean;
  /** Whether to replace escapes such as `\n` in the text. */
  readonly escapes: boolean;
}

const REMEDY = '; see foretoken tokenize --help';

export const TOKENIZE_OPTIONS = {
  model: option(text, {
    flag: '-m, --model',
    value: 'FILE',
    help: 'GGUF file; its header is enough, and so is a file with a vocabulary and no tensors',
  }),
  prompt: option(anyText, { flag: '-p, --prompt', value: 'TEXT', help: 'the text' }),
  file: option(text, { flag: '-f, --file', value: 'FILE', help: 'a file with the text' }),
  stdin: option(boolean, { flag: '--stdin', help: 'the text comes from standard input' }),
  jsonl: option(boolean, {
    flag: '--jsonl',
    help: 'each line of standard input is {"content": "…", "add_special": false, "parse_special": true}, answered by {"tokens": […]}, or {"tokens": […]}, answered by {"content": "…"}',
  }),
  idsOnly: option(boolean, {
    default: false,
    flag: '--ids',
    help: 'print nothing but the ids, as [1, 2, 3]',
  }),
  showCount: option(boolean, {
    default: false,
    flag: '--show-count',
    help: 'print how many tokens there are',
  }),
  noBos: option(boolean, {
    default: false,
    flag: '--no-bos',
    help: 'add no BOS token, though the model wants one',
  }),
  noParseSpecial: option(boolean, {
    default: false,
    flag: '--no-parse-special',
    help: 'the text of a control token is text',
  }),
  noEscape: option(boolean, {
    default: false,
    flag: '--no-escape',
    help: 'a backslash is a backslash: without it \\n is a newline',
  }),
  logDisable: option(boolean, { flag: '--log-disable', help: "accepted for llama-tokenize's sake" }),
};

/** Reads the arguments after `foretoken tokenize`; null if help is requested. Throws `invalid_option`. */
export function readTokenizeLine(args: readonly string[]): TokenizeOptions | null {
  if (args.includes('-h') || args.includes('--help')) return null;
  const refuse = (arg: string): never => {
    throw invalidOption(`invalid argument: ${arg}${REMEDY}`);
  };
  const assignments = readArguments(args, flagsOf(TOKENIZE_OPTIONS), refuse, { remedy: REMEDY });
  const given = resolve(TOKENIZE_OPTIONS, valuesOf(TOKENIZE_OPTIONS, assignments));
  const { model, prompt, file, stdin, jsonl, idsOnly, showCount } = given;
  if (model === undefined) throw invalidOption('no model; name a GGUF file with -m FILE');
  const sources: TextSource[] = [];
  if (prompt !== undefined) sources.push({ kind: 'argument', text: prompt });
  if (file !== undefined) sources.push({ kind: 'file', path: file });
  if (stdin) sources.push({ kind: 'stdin' });
  if (jsonl) sources.push({ kind: 'jsonl' });
  const [source, another] = sources;
  if (source === undefined) throw invalidOption('no text; give -p TEXT, -f FILE, --stdin or --jsonl');
  if (another) throw invalidOption(`-p, -f, --stdin and --jsonl exclude each other${REMEDY}`);
  const { noBos, noParseSpecial, noEscape } = given;
  const tokenizing = { addSpecial: !noBos, parseSpecial: !noParseSpecial, escapes: !noEscape };
  return { model, source, idsOnly, showCount, ...tokenizing };
}

/** Text of `foretoken tokenize --help`. */
export function tokenizeHelp(): string {
  return [
    'usage: foretoken tokenize -m FILE (-p TEXT | -f FILE | --stdin | --jsonl) [flags]',
    '',
    'Prints the tokens of a text as llama-tokenize does: id and text of one per line. Needs no browser, and of the file no more than its header.',
    '',
    ...columns(flagLines(flagsOf(TOKENIZE_OPTIONS))),
  ].join('\n');
}

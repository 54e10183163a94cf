import { flagLines, invalid, type LabFlag, readFlags } from '../lab/labFlags.ts';

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

type Given = Partial<TokenizeOptions>;

const REMEDY = 'see foretoken tokenize --help';

const FLAGS: readonly LabFlag<Given>[] = [
  {
    names: ['-m', '--model'],
    value: 'FILE',
    help: 'GGUF file; its header is enough, and so is a file with a vocabulary and no tensors',
    apply: (given, model) => ({ ...given, model }),
  },
  {
    names: ['-p', '--prompt'],
    value: 'TEXT',
    help: 'the text',
    apply: (given, text) => withSource(given, { kind: 'argument', text }),
  },
  {
    names: ['-f', '--file'],
    value: 'FILE',
    help: 'a file with the text',
    apply: (given, path) => withSource(given, { kind: 'file', path }),
  },
  {
    names: ['--stdin'],
    help: 'the text comes from standard input',
    apply: given => withSource(given, { kind: 'stdin' }),
  },
  {
    names: ['--jsonl'],
    help: 'each line of standard input is {"content": "…", "add_special": false, "parse_special": true}, answered by {"tokens": […]}, or {"tokens": […]}, answered by {"content": "…"}',
    apply: given => withSource(given, { kind: 'jsonl' }),
  },
  {
    names: ['--ids'],
    help: 'print nothing but the ids, as [1, 2, 3]',
    apply: given => ({ ...given, idsOnly: true }),
  },
  {
    names: ['--show-count'],
    help: 'print how many tokens there are',
    apply: given => ({ ...given, showCount: true }),
  },
  {
    names: ['--no-bos'],
    help: 'add no BOS token, though the model wants one',
    apply: given => ({ ...given, addSpecial: false }),
  },
  {
    names: ['--no-parse-special'],
    help: 'the text of a control token is text',
    apply: given => ({ ...given, parseSpecial: false }),
  },
  {
    names: ['--no-escape'],
    help: 'a backslash is a backslash: without it \\n is a newline',
    apply: given => ({ ...given, escapes: false }),
  },
  { names: ['--log-disable'], help: "accepted for llama-tokenize's sake", apply: given => given },
];

/** Reads the arguments after `foretoken tokenize`; null if help is requested. Throws `invalid_option`. */
export function readTokenizeLine(args: readonly string[]): TokenizeOptions | null {
  if (args.includes('-h') || args.includes('--help')) return null;
  const noWord = (_: Given, word: string): never => {
    throw invalid(`invalid argument: ${word}`, REMEDY);
  };
  const { model, source, ...given } = readFlags<Given>(args, FLAGS, {}, noWord, REMEDY);
  if (model === undefined) throw invalid('no model', 'name a GGUF file with -m FILE');
  if (source === undefined) throw invalid('no text', 'give -p TEXT, -f FILE, --stdin or --jsonl');
  const defaults = { idsOnly: false, showCount: false, addSpecial: true, parseSpecial: true, escapes: true };
  return { model, source, ...defaults, ...given };
}

function withSource(given: Given, source: TextSource): Given {
  if (given.source !== undefined) throw invalid('-p, -f, --stdin and --jsonl exclude each other', REMEDY);
  return { ...given, source };
}

/** Text of `foretoken tokenize --help`. */
export function tokenizeHelp(): string {
  return [
    'usage: foretoken tokenize -m FILE (-p TEXT | -f FILE | --stdin | --jsonl) [flags]',
    '',
    'Prints the tokens of a text as llama-tokenize does: id and text of one per line. Needs no browser, and of the file no more than its header.',
    '',
    ...flagLines(FLAGS),
  ].join('\n');
}

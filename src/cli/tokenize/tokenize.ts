import { readFile } from 'node:fs/promises';
import { readGgufMetadata } from '../../gguf/index.ts';
import { createTokenizer, type Tokenizer, vocabularyFrom } from '../../tokenizer/index.ts';
import { assertNever } from '../../util/assert.ts';
import { ForetokenError } from '../../util/errors.ts';
import { answerLine } from './answerLine.ts';
import { withoutEscapes } from './escapes.ts';
import { withFileSource } from './fileSource.ts';
import type { TextSource, TokenizeOptions } from './tokenizeLine.ts';

/** Input and output of the command. */
export interface TokenizeStreams {
  readonly input: AsyncIterable<Uint8Array>;
  readonly write: (output: string | Uint8Array) => void;
  /** Prints a line that is not an answer. */
  readonly warn: (line: string) => void;
}

/** Bytes of output to collect before writing. */
const CHUNK = 1 << 16;

/** Runs `foretoken tokenize`. Throws the fault of the file or of a request. */
export async function tokenize(options: TokenizeOptions, streams: TokenizeStreams): Promise<void> {
  const metadata = await withFileSource(options.model, readGgufMetadata);
  const vocabulary = vocabularyFrom(metadata);
  for (const warning of vocabulary.warnings) streams.warn(`warning: ${warning}`);
  const tokenizer = createTokenizer(vocabulary);
  if (options.source.kind === 'jsonl') return answerLines(tokenizer, streams);

  const given = await textOf(options.source, streams);
  const text = options.escapes ? withoutEscapes(given) : given;
  // Like llama-tokenize, add no special tokens if the model wants no BOS.
  const addSpecial = options.addSpecial && tokenizer.addBos;
  const tokens = tokenizer.encode(text, { addSpecial, parseSpecial: options.parseSpecial });
  if (options.idsOnly) streams.write(`[${tokens.join(', ')}]\n`);
  else for (const token of tokens) writeToken(token, tokenizer, streams);
  if (options.showCount) streams.write(`Total number of tokens: ${tokens.length}\n`);
}

function writeToken(token: number, tokenizer: Tokenizer, { write }: TokenizeStreams): void {
  // The bytes of one token need not be whole characters.
  write(`${String(token).padStart(6)} -> '`);
  write(tokenizer.piece(token, true));
  write("'\n");
}

async function textOf(
  source: Exclude<TextSource, { kind: 'jsonl' }>,
  { input }: TokenizeStreams,
): Promise<string> {
  switch (source.kind) {
    case 'argument':
      return source.text;
    case 'file':
      return readText(source.path);
    case 'stdin': {
      const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
      let text = '';
      for await (const bytes of input) text += decoder.decode(bytes, { stream: true });
      return text + decoder.decode();
    }
    default:
      return assertNever(source);
  }
}

async function readText(path: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await readFile(path));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ForetokenError('invalid_option', `cannot read ${path}: ${reason}`);
  }
}

async function answerLines(tokenizer: Tokenizer, { input, write }: TokenizeStreams): Promise<void> {
  let answers = '';
  let number = 0;
  for await (const line of linesOf(input)) {
    number++;
    if (line.trim() === '') continue;
    try {
      answers += `${JSON.stringify(answerLine(line, tokenizer))}\n`;
    } catch (error) {
      write(answers);
      const { code, message } = ForetokenError.from(error);
      throw new ForetokenError(code, `line ${number}: ${message}`);
    }
    if (answers.length < CHUNK) continue;
    write(answers);
    answers = '';
  }
  write(answers);
}

/** Splits at newlines only: Node's readline also ends a line at U+2028, which a JSON text may contain. */
async function* linesOf(input: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let rest = '';
  for await (const bytes of input) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}

import type { Tokenizer } from '../../tokenizer/index.ts';
import { ForetokenError } from '../../util/errors.ts';

/** Answers one line of `--jsonl`: `{"tokens"}` for a text, `{"content"}` for tokens. Throws `invalid_request`. */
export function answerLine(line: string, tokenizer: Tokenizer): object {
  const request = parsed(line);
  const { content, tokens, add_special: addSpecial = false, parse_special: parseSpecial = true } = request;
  if (typeof addSpecial !== 'boolean') throw invalid('"add_special" must be true or false');
  if (typeof parseSpecial !== 'boolean') throw invalid('"parse_special" must be true or false');
  if (typeof content === 'string' && tokens === undefined) {
    return { tokens: tokenizer.encode(content, { addSpecial, parseSpecial }) };
  }
  if (Array.isArray(tokens) && content === undefined) {
    for (const [i, token] of tokens.entries()) checkToken(token, i, tokenizer.nVocab);
    return { content: tokenizer.detokenize(tokens) };
  }
  throw invalid('an object must have a text as "content", or a list of ids as "tokens"');
}

function parsed(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {}
  throw invalid('it is no JSON object');
}

function checkToken(token: unknown, i: number, nVocab: number): void {
  if (typeof token === 'number' && Number.isInteger(token) && token >= 0 && token < nVocab) return;
  throw invalid(`"tokens" has ${JSON.stringify(token)} at ${i}, but ids are from 0 to ${nVocab - 1}`);
}

function invalid(message: string): ForetokenError {
  return new ForetokenError('invalid_request', message);
}

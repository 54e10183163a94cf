import type { Tokenizer } from '../../tokenizer/index.ts';
import { ForetokenError } from '../../util/errors.ts';
import { checkTokens, tokenizeMixed } from '../completion/prompt.ts';
import { jsonResponse, readJsonObject } from '../http/jsonBody.ts';

const CONTENT_SHAPES = '"content" must be a string, or a list of mixed strings & tokens';

/** `POST /tokenize`: converts text, or an array of texts and ids, to token ids, with pieces on request. */
export async function handleTokenize(request: Request, tokenizer: Tokenizer): Promise<Response> {
  const body = await readJsonObject(request);
  const { content = [] } = body;
  const encoding = { addSpecial: body.add_special === true, parseSpecial: body.parse_special !== false };
  const tokens = tokenizeMixed(content, tokenizer, encoding, CONTENT_SHAPES);
  checkTokens(tokens, tokenizer.nVocab, '"content"');
  if (body.with_pieces !== true) return jsonResponse({ tokens });
  return jsonResponse({ tokens: tokens.map(id => ({ id, piece: pieceOf(id, tokenizer) })) });
}

/** `POST /detokenize`: converts token ids to text, special tokens included. */
export async function handleDetokenize(request: Request, tokenizer: Tokenizer): Promise<Response> {
  const { tokens = [] } = await readJsonObject(request);
  if (!Array.isArray(tokens) || !tokens.every(Number.isInteger)) {
    throw new ForetokenError('invalid_request', '"tokens" must be an array of token ids');
  }
  checkTokens(tokens, tokenizer.nVocab, '"tokens"');
  return jsonResponse({ content: tokenizer.decode(tokens, true) });
}

/** Text of a token if its bytes are whole characters, otherwise the bytes. */
function pieceOf(id: number, tokenizer: Tokenizer): string | number[] {
  const bytes = tokenizer.piece(id, true);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return [...bytes];
  }
}

import type { EncodeOptions, Tokenizer } from '../../tokenizer/index.ts';
import { ForetokenError } from '../../util/errors.ts';
import { isJsonObject, type JsonObject, presentFields } from '../http/json.ts';

function shapesOf(field: string): string {
  return `"${field}" elements must be a string, a list of tokens, a JSON object containing a prompt string, or a list of mixed strings & tokens.`;
}

const PROMPT_ENCODING: EncodeOptions = { addSpecial: true, parseSpecial: true };

/**
 * Tokenizes the prompts of a request, found in `field`. An array with an integer at its top level is one prompt; any other array
 * is a list of prompts. Special tokens in texts are recognised, and the beginning-of-sequence token is added if a prompt begins
 * with text.
 *
 * Throws `invalid_request` for any other shape, and `context_exceeded` for text that is much too long for `nCtx`, because
 * tokenizing megabytes would delay all requests. Ids are checked by `checkTokens`.
 */
export function tokenizePrompts(
  body: JsonObject,
  tokenizer: Tokenizer,
  nCtx = Number.POSITIVE_INFINITY,
  field = 'prompt',
): number[][] {
  const prompt = body[field];
  if (prompt === undefined || prompt === null) {
    throw new ForetokenError('invalid_request', `[json.exception.out_of_range.403] key '${field}' not found`);
  }
  for (const text of textsOf(prompt)) {
    // Accepts nearly all texts without counting: the lower bound on their tokens never exceeds their number of characters.
    if (text.length < nCtx) continue;
    const nLeast = tokenizer.leastTokens(text);
    if (nLeast >= nCtx) throw contextExceeded(nLeast, nCtx);
  }
  if (!Array.isArray(prompt) || prompt.some(Number.isInteger))
    return [tokenizePrompt(prompt, tokenizer, field)];
  if (prompt.length === 0) throw new ForetokenError('invalid_request', `"${field}" must not be empty`);
  return prompt.map(element => tokenizePrompt(element, tokenizer, field));
}

/** Texts in one prompt or in a list of prompts; anything nested deeper is not a prompt. */
function textsOf(prompt: unknown, depth = 2): string[] {
  if (typeof prompt === 'string') return [prompt];
  if (Array.isArray(prompt)) return depth === 0 ? [] : prompt.flatMap(part => textsOf(part, depth - 1));
  return isJsonObject(prompt) && typeof prompt.prompt_string === 'string' ? [prompt.prompt_string] : [];
}

function tokenizePrompt(prompt: unknown, tokenizer: Tokenizer, field: string): number[] {
  if (!isJsonObject(prompt)) return tokenizeMixed(prompt, tokenizer, PROMPT_ENCODING, shapesOf(field));
  const { prompt_string: text, multimodal_data: media } = presentFields(prompt);
  if (media !== undefined) {
    throw new ForetokenError(
      'invalid_request',
      'Multimodal data provided, but model does not support multimodal requests.',
    );
  }
  if (typeof text !== 'string') throw new ForetokenError('invalid_request', shapesOf(field));
  return tokenizer.encode(text, PROMPT_ENCODING);
}

/**
 * Tokenizes a text, or an array of texts and token ids. Only a text at the very beginning gets the special tokens of
 * `addSpecial`. Throws `invalid_request` with the message `shapes` for anything else.
 */
export function tokenizeMixed(
  content: unknown,
  tokenizer: Tokenizer,
  { addSpecial, parseSpecial }: EncodeOptions,
  shapes: string,
): number[] {
  if (typeof content === 'string') return tokenizer.encode(content, { addSpecial, parseSpecial });
  if (!Array.isArray(content)) throw new ForetokenError('invalid_request', shapes);
  return content.flatMap((part, index) => {
    if (Number.isInteger(part)) return part;
    if (typeof part !== 'string') throw new ForetokenError('invalid_request', shapes);
    return tokenizer.encode(part, { addSpecial: addSpecial && index === 0, parseSpecial });
  });
}

/** Throws `invalid_request` if an id is not in the vocabulary; the message names `where`. */
export function checkTokens(tokens: readonly number[], nVocab: number, where = 'Prompt'): void {
  const stranger = tokens.find(token => token < 0 || token >= nVocab);
  if (stranger === undefined) return;
  throw new ForetokenError(
    'invalid_request',
    `${where} contains invalid tokens: ${stranger} is not in 0..${nVocab - 1}`,
  );
}

/** Throws `context_exceeded` if a prompt leaves no room for a single token. */
export function checkLength(nTokens: number, nCtx: number): void {
  if (nTokens < nCtx) return;
  throw contextExceeded(nTokens, nCtx);
}

function contextExceeded(nTokens: number, nCtx: number): ForetokenError {
  return new ForetokenError(
    'context_exceeded',
    `request (${nTokens} tokens) exceeds the available context size (${nCtx} tokens), try increasing it`,
    { n_prompt_tokens: nTokens, n_ctx: nCtx },
  );
}

import type { Pooling } from '../../engine/pooling.ts';
import type { Tokenizer } from '../../tokenizer/index.ts';
import { ForetokenError } from '../../util/errors.ts';
import { checkLength, checkTokens, tokenizePrompts } from '../completion/prompt.ts';
import { type JsonObject, jsonTypeName } from '../http/json.ts';

/** What a request for embeddings asks for. */
export interface EmbeddingRequest {
  readonly prompts: readonly (readonly number[])[];
  /** Whether the answer is to have OpenAI's shape, where the route offers it. */
  readonly openAi: boolean;
  readonly base64: boolean;
  /** The norm of pooled vectors. */
  readonly embdNormalize: number;
  readonly model: string;
}

/** Reads the fields in llama-server's order. Throws `invalid_request`, or `unreadable` where llama-server gives a 500. */
export function readEmbeddingRequest(
  body: JsonObject,
  tokenizer: Tokenizer,
  defaults: { readonly embdNormalize: number; readonly model: string },
): EmbeddingRequest {
  const openAi = Object.hasOwn(body, 'input');
  if (!openAi && !Object.hasOwn(body, 'content')) {
    throw new ForetokenError('invalid_request', '"input" or "content" must be provided');
  }
  const base64 = readEncodingFormat(body) === 'base64';
  const prompts = promptsOf(openAi ? body.input : body.content, tokenizer);
  if (prompts.some(prompt => prompt.length === 0)) {
    throw new ForetokenError('invalid_request', 'Input content cannot be empty');
  }
  const embdNormalize = readNorm(body) ?? defaults.embdNormalize;
  for (const prompt of prompts) checkTokens(prompt, tokenizer.nVocab);
  const model = typeof body.model === 'string' ? body.model : defaults.model;
  return { prompts, openAi, base64, embdNormalize, model };
}

function readEncodingFormat(body: JsonObject): string {
  if (!Object.hasOwn(body, 'encoding_format')) return 'float';
  const { encoding_format: format } = body;
  if (typeof format !== 'string') throw unreadableType('string', format);
  if (format === 'float' || format === 'base64') return format;
  throw new ForetokenError(
    'invalid_request',
    'The format to return the embeddings in. Can be either float or base64',
  );
}

function readNorm(body: JsonObject): number | null {
  if (!Object.hasOwn(body, 'embd_normalize')) return null;
  const { embd_normalize: p } = body;
  if (typeof p !== 'number' && typeof p !== 'boolean') throw unreadableType('number', p);
  return Math.trunc(Number(p));
}

function promptsOf(input: unknown, tokenizer: Tokenizer): number[][] {
  try {
    return tokenizePrompts({ prompt: input }, tokenizer);
  } catch (error) {
    // Of a completion the same shapes are an invalid request.
    throw new ForetokenError('unreadable', ForetokenError.from(error).message, {}, { cause: error });
  }
}

function unreadableType(expected: string, value: unknown): ForetokenError {
  return new ForetokenError(
    'unreadable',
    `[json.exception.type_error.302] type must be ${expected}, but is ${jsonTypeName(value)}`,
  );
}

/**
 * Throws `input_too_large` for a prompt that llama-server could not embed in one physical batch of `nUbatch`, and
 * `context_exceeded` for one that does not fit a slot. Only the last state does not need the whole prompt in one batch there.
 */
export function checkInputLength(nTokens: number, pooling: Pooling, nUbatch: number, nCtx: number): void {
  if (pooling === 'last') {
    checkLength(nTokens, nCtx);
    return;
  }
  if (nTokens > nUbatch) {
    throw new ForetokenError(
      'input_too_large',
      `input (${nTokens} tokens) is too large to process. increase the physical batch size (current batch size: ${nUbatch})`,
      { nTokens, nUbatch },
    );
  }
  if (nTokens > nCtx) {
    throw new ForetokenError(
      'context_exceeded',
      `input (${nTokens} tokens) is larger than the max context size (${nCtx} tokens). skipping`,
      { n_prompt_tokens: nTokens, n_ctx: nCtx },
    );
  }
}

import type { Pooling } from '../../engine/pooling.ts';
import type { Tokenizer } from '../../tokenizer/index.ts';
import { ForetokenError } from '../../util/errors.ts';
import { checkLength, checkTokens, tokenizePrompts } from '../completion/prompt.ts';
import { type Field, fieldError, hard, integer, readFields, wrongType } from '../http/fields.ts';
import { type JsonObject, jsonTypeName } from '../http/json.ts';

/** What a request for embeddings asks for. */
export interface EmbeddingRequest {
  readonly prompts: readonly (readonly number[])[];
  /** Whether the answer is to have OpenAI's shape, where the route offers it. */
  readonly openAi: boolean;
  readonly base64: boolean;
  /** The norm of pooled vectors. */
  readonly embdNormalize: number;
  /** Length of pooled vectors; null for all that the model has. */
  readonly dimensions: number | null;
  readonly model: string;
}

/** Parts of a server that the reading of a request depends on. */
export interface EmbeddingDefaults {
  readonly tokenizer: Tokenizer;
  readonly embdNormalize: number;
  readonly model: string;
  /** Numbers of a vector that is not cut. */
  readonly nEmbd: number;
}

/** Reads the fields in llama-server's order. Throws `invalid_request`. */
export function readEmbeddingRequest(body: JsonObject, defaults: EmbeddingDefaults): EmbeddingRequest {
  const { tokenizer, nEmbd } = defaults;
  const openAi = body.input !== undefined;
  if (!openAi && body.content === undefined) {
    throw new ForetokenError('invalid_request', '"input" or "content" must be provided');
  }
  const { encoding, embdNormalize, dimensions } = readFields(
    {
      encoding: encodingField,
      embdNormalize: integer('embd_normalize', defaults.embdNormalize, hard(-1)),
      dimensions: dimensionsField(nEmbd),
    },
    body,
  );
  const prompts = tokenizePrompts(body, tokenizer, Number.POSITIVE_INFINITY, openAi ? 'input' : 'content');
  if (prompts.some(prompt => prompt.length === 0)) {
    throw new ForetokenError('invalid_request', 'Input content cannot be empty');
  }
  for (const prompt of prompts) checkTokens(prompt, tokenizer.nVocab, openAi ? '"input"' : '"content"');
  const model = typeof body.model === 'string' ? body.model : defaults.model;
  return { prompts, openAi, base64: encoding === 'base64', embdNormalize, dimensions, model };
}

const encodingField: Field<'float' | 'base64'> = {
  names: ['encoding_format'],
  fallback: 'float',
  read(value, name) {
    if (typeof value !== 'string') throw wrongType(name, 'string', value);
    if (value === 'float' || value === 'base64') return value;
    throw fieldError(name, 'The format to return the embeddings in. Can be either float or base64');
  },
};

/** The first so many numbers of a vector, which a model that was trained for it packs the most into. */
function dimensionsField(nEmbd: number): Field<number | null> {
  return {
    names: ['dimensions'],
    fallback: null,
    read(value, name) {
      if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= nEmbd) return value;
      const shown = typeof value === 'number' ? value : jsonTypeName(value);
      throw fieldError(name, `must be a whole number from 1 to ${nEmbd}, the model's own, but is ${shown}`);
    },
  };
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

import type { Pooling } from '../../engine/pooling.ts';
import type { Tokenizer } from '../../tokenizer/index.ts';
import { ForetokenError } from '../../util/errors.ts';
import { checkLength, checkTokens, tokenizePrompts } from '../completion/prompt.ts';
import { type Field, fieldError, hard, integer, readFields, wrongType } from '../http/fields.ts';
import { type JsonObject, jsonTypeName } from '../http/json.ts';

/** Request for embeddings, after checks and defaults. */
export interface EmbeddingRequest {
  readonly prompts: readonly (readonly number[])[];
  /** True if OpenAI's format is requested on a route that has it. */
  readonly openAi: boolean;
  readonly base64: boolean;
  /** Norm of pooled vectors. */
  readonly embdNormalize: number;
  /** Length of pooled vectors; null for the model's full length. */
  readonly dimensions: number | null;
  readonly model: string;
}

/** Parts of a server that are needed to read a request. */
export interface EmbeddingDefaults {
  readonly tokenizer: Tokenizer;
  readonly embdNormalize: number;
  readonly model: string;
  /** Length of a full vector. */
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

/** Truncates a vector. Models trained for this (Matryoshka) put most information into the first numbers. */
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
 * `context_exceeded` for one that does not fit a slot. Pooling `last` does not need the whole prompt in one batch.
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

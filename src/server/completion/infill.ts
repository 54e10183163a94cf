import type { ResolvedOptions } from '../../protocol/options.ts';
import type { Tokenizer } from '../../tokenizer/index.ts';
import { ForetokenError } from '../../util/errors.ts';
import { type JsonObject, presentFields } from '../http/json.ts';
import { readJsonObject } from '../http/jsonBody.ts';
import { type CompletionDeps, complete } from './completion.ts';
import { NATIVE_FORMAT } from './completionFormat.ts';
import { type InfillRequest, infillPrompt } from './infillPrompt.ts';
import { tokenizeMixed } from './prompt.ts';

/**
 * Default of llama.cpp's `--batch-size`, which limits the prompt of an infill. This server's own batch size has another purpose
 * and is smaller.
 */
export const INFILL_BATCH = 2048;

/** `POST /infill`: completes the gap between two texts. Throws `not_supported` for a model without infill tokens. */
export async function handleInfill(
  request: Request,
  settings: ResolvedOptions,
  nBatch: number,
  deps: CompletionDeps,
): Promise<Response> {
  const { tokenizer } = deps.context;
  checkModel(tokenizer);
  const body = await readJsonObject(request);
  const shape = {
    nBatch,
    nCtx: deps.nCtx,
    nPredict: settings.nPredict,
    spmInfill: settings.spmInfill,
  };
  const prompt = infillPrompt(readInfill(body, tokenizer), shape, tokenizer);
  return complete({ ...body, prompt }, request.signal, NATIVE_FORMAT, deps);
}

function checkModel({ fim }: Tokenizer): void {
  const missing = (['prefix', 'suffix', 'middle'] as const).filter(role => fim[role] === undefined);
  if (missing.length === 0) return;
  const reasons = missing.map(role => `${role} token is missing. `).join('');
  throw new ForetokenError('not_supported', `Infill is not supported by this model: ${reasons}`);
}

function readInfill(body: JsonObject, tokenizer: Tokenizer): InfillRequest {
  const extra = readExtra(body.input_extra);
  // As in llama-server, a prompt that is not a text counts as absent.
  const prompt = typeof body.prompt === 'string' ? body.prompt : '';
  return {
    extra,
    prompt: tokenizer.encode(prompt, { addSpecial: false, parseSpecial: true }),
    prefix: readPart(body, 'input_prefix', tokenizer),
    suffix: readPart(body, 'input_suffix', tokenizer),
  };
}

function readExtra(extra: unknown): InfillRequest['extra'] {
  if (extra === undefined) return [];
  if (!Array.isArray(extra)) {
    throw new ForetokenError(
      'invalid_request',
      '"input_extra" must be an array of {"filename": string, "text": string}',
    );
  }
  return extra.map((chunk: unknown) => {
    const { text, filename = 'tmp' } = presentFields(chunk);
    if (typeof text !== 'string') {
      throw new ForetokenError(
        'invalid_request',
        'extra_context chunk must contain a "text" field with a string value',
      );
    }
    if (typeof filename === 'string') return { text, filename };
    throw new ForetokenError('invalid_request', 'extra_context chunk\'s "filename" field must be a string');
  });
}

/** Tokens of the text before or behind the cursor; special tokens are not recognised in it. */
function readPart(body: JsonObject, name: string, tokenizer: Tokenizer): number[] {
  const part = body[name];
  if (part === undefined) {
    throw new ForetokenError('invalid_request', `[json.exception.out_of_range.403] key '${name}' not found`);
  }
  const shapes = `"${name}" must be a string, or a list of mixed strings & tokens`;
  return tokenizeMixed(part, tokenizer, { addSpecial: false, parseSpecial: false }, shapes);
}

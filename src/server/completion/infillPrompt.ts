import type { Tokenizer } from '../../tokenizer/index.ts';
import { assert } from '../../util/assert.ts';

/** Request of an editor: the text around the cursor, the beginning of the insertion, and other files. */
export interface InfillRequest {
  readonly prefix: readonly number[];
  readonly suffix: readonly number[];
  readonly prompt: readonly number[];
  readonly extra: readonly { readonly text: string; readonly filename: string }[];
}

/** Limits and order of the prompt's parts. */
export interface InfillShape {
  /** Maximum number of tokens of prefix and suffix together, in the ratio 3 : 1. */
  readonly nBatch: number;
  readonly nCtx: number;
  /** Server's default of `n_predict`; -1 is unlimited. */
  readonly nPredict: number;
  /** Order suffix, prefix, middle instead of prefix, suffix, middle. */
  readonly spmInfill: boolean;
}

/** Separates files if the model has no token for that. */
const SNIPPET = '\n\n--- snippet ---\n\n';

const PLAIN = { addSpecial: false, parseSpecial: false } as const;

/**
 * Builds the prompt whose continuation belongs between prefix and suffix, for a model with infill tokens:
 *
 *     [other files] [BOS] FIM_PRE prefix prompt FIM_SUF suffix FIM_MID
 *
 * Other files have the form of repository-level training data (Qwen2.5-Coder, arXiv 2409.12186): each behind FIM_SEP and its
 * name. Parts that are too long are cut at the end that is farther from the cursor; the lengths are those of llama.cpp's
 * `format_prompt_infill`.
 */
export function infillPrompt(request: InfillRequest, shape: InfillShape, tokenizer: Tokenizer): number[] {
  const { prefix, suffix, prompt } = request;
  const { fim, addBos, bos } = tokenizer;
  const isComplete = fim.prefix !== undefined && fim.suffix !== undefined && fim.middle !== undefined;
  assert(isComplete, 'infill without its tokens');

  const quarter = Math.floor(shape.nBatch / 4);
  const before = [fim.prefix, ...last(prefix, 3 * quarter), ...prompt];
  const after = [fim.suffix, ...suffix.slice(0, Math.max(0, quarter - (2 + prompt.length)))];
  const nExtra = Math.max(0, shape.nCtx - shape.nBatch - 2 * shape.nPredict);
  return [
    ...last(extraTokens(request.extra, tokenizer), nExtra),
    ...(addBos ? [bos] : []),
    ...(shape.spmInfill ? [...after, ...before] : [...before, ...after]),
    fim.middle,
  ];
}

function extraTokens(extra: InfillRequest['extra'], tokenizer: Tokenizer): number[] {
  const { repo, separator } = tokenizer.fim;
  const encode = (text: string) => tokenizer.encode(text, PLAIN);
  const nameOf = (filename: string) =>
    separator === undefined ? encode(SNIPPET) : [separator, ...encode(`${filename}\n`)];
  return [
    ...(repo === undefined ? [] : [repo, ...encode('myproject\n')]),
    ...extra.flatMap(({ text, filename }) => [...nameOf(filename), ...encode(text)]),
    ...(separator === undefined ? [] : nameOf('filename')),
  ];
}

function last(tokens: readonly number[], n: number): readonly number[] {
  return tokens.slice(Math.max(0, tokens.length - n));
}

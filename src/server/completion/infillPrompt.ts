import type { Tokenizer } from '../../tokenizer/index.ts';
import { assert } from '../../util/assert.ts';

/** What an editor sends: the text around the cursor, what was begun there, and other files. */
export interface InfillRequest {
  readonly prefix: readonly number[];
  readonly suffix: readonly number[];
  readonly prompt: readonly number[];
  readonly extra: readonly { readonly text: string; readonly filename: string }[];
}

/** How many tokens the parts may have, and in which order they go. */
export interface InfillShape {
  /** Prefix and suffix share so many tokens, three to one. */
  readonly nBatch: number;
  readonly nCtx: number;
  /** The server's default of `n_predict`; -1 is unlimited. */
  readonly nPredict: number;
  /** Suffix, prefix, middle instead of prefix, suffix, middle. */
  readonly spmInfill: boolean;
}

/** Stands between the files for a model without a token for that. */
const SNIPPET = '\n\n--- snippet ---\n\n';

const PLAIN = { addSpecial: false, parseSpecial: false } as const;

/**
 * The prompt whose continuation goes between prefix and suffix, for a model that has tokens for the three:
 *
 *     [other files] [BOS] FIM_PRE prefix prompt FIM_SUF suffix FIM_MID
 *
 * Other files come as repository-level models know them (Qwen2.5-Coder, arXiv 2409.12186), each behind FIM_SEP and its name.
 * What is too long loses the end that is farther from the cursor; the lengths are those of llama.cpp's
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

import type { BatchRow, TokenId } from '../../src/forward/forward.ts';
import { openSource, readGguf } from '../../src/gguf/index.ts';
import { type Gpu, openGpu } from '../../src/gpu/device.ts';
import { shaderSources } from '../../src/gpu/shaderSources.ts';
import { loadModel } from '../../src/model/loadModel.ts';
import type { Model } from '../../src/model/model.ts';
import { checkModel, type ModelFile } from '../../src/model/modelFile.ts';
import { createTokenizer, vocabularyFrom } from '../../src/tokenizer/index.ts';

/** Target and draft model on one device, without a server. */
export interface Pair {
  readonly gpu: Gpu;
  readonly target: Model;
  readonly draft: Model;
  readonly targetFile: ModelFile;
  readonly draftFile: ModelFile;
  tokenize(text: string): TokenId[];
}

/** Largest batch: the pending token and a draft of 15 tokens. */
export const MAX_ROWS = 16;
const N_CTX = 512;

/** Loads both models, passes them to `use`, and frees the device. */
export async function withPair<T>(
  paths: { readonly model: string; readonly modelDraft: string },
  use: (pair: Pair) => Promise<T>,
): Promise<T> {
  const gpu = await openGpu(shaderSources(), { countCalls: true });
  try {
    const [targetFile, draftFile] = [await open(paths.model), await open(paths.modelDraft)];
    const options = {
      nCtx: N_CTX,
      nSlots: 1,
      nCtxShared: null,
      maxRows: MAX_ROWS,
      cacheType: 'f16',
    } as const;
    const target = await loadModel(gpu, targetFile, options);
    const draft = await loadModel(gpu, draftFile, options);
    const tokenizer = createTokenizer(vocabularyFrom(targetFile.gguf.metadata));
    const tokenize = (text: string) => tokenizer.encode(text, { addSpecial: true, parseSpecial: false });
    return await use({ gpu, target, draft, targetFile, draftFile, tokenize });
  } finally {
    gpu.close();
  }
}

async function open(path: string): Promise<ModelFile> {
  return checkModel(await readGguf(await openSource(new URL(path, location.href))));
}

/** `tokens` as rows of slot 0 from position `first` on; all of them, the last or none has an output. */
export function rowsOf(
  tokens: readonly TokenId[],
  first: number,
  outputs: 'all' | 'last' | 'none',
): BatchRow[] {
  return tokens.map((token, i) => ({
    token,
    position: first + i,
    slot: 0,
    output: outputs === 'all' || (outputs === 'last' && i === tokens.length - 1),
  }));
}

/** Fills the cache with `tokens`, in batches. */
export async function prefill(model: Model, tokens: readonly TokenId[]): Promise<void> {
  for (let first = 0; first < tokens.length; first += MAX_ROWS) {
    await model.forward(rowsOf(tokens.slice(first, first + MAX_ROWS), first, 'none'), 'argmax');
  }
}

/** `prompt` and the target's greedy continuation of `nPredict` tokens, beyond the ends of stories. */
export async function continueGreedily(
  model: Model,
  prompt: readonly TokenId[],
  nPredict: number,
): Promise<TokenId[]> {
  const tokens = [...prompt];
  await prefill(model, prompt.slice(0, -1));
  while (tokens.length < prompt.length + nPredict) {
    const [next] = await model.forward(rowsOf(tokens.slice(-1), tokens.length - 1, 'all'), 'argmax');
    tokens.push(next.ids[0]);
  }
  return tokens;
}

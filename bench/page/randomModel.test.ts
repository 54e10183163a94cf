import { describe, expect, it } from 'vitest';
import { openSource, readGguf } from '../../src/gguf/index.ts';
import { checkModel } from '../../src/model/loadModel.ts';
import { createTokenizer, vocabularyFrom } from '../../src/tokenizer/index.ts';
import { randomModel } from './randomModel.ts';

const SMALL = { nVocab: 400, nEmbd: 64, nLayers: 2, nHead: 2, nFf: 96, nCtx: 128 };

describe('a model of random weights', () => {
  it('is a llama file that loads, and the same bytes each time', async () => {
    const bytes = randomModel(SMALL);
    const gguf = await readGguf(await openSource(bytes));
    const { spec } = checkModel(gguf);
    expect(spec).toMatchObject({ nVocab: 400, nEmbd: 64 });
    expect(spec.layers).toHaveLength(2);
    expect(spec.layers[0]).toMatchObject({ ffn: { nFf: 96 }, attention: { headDim: 32 } });
    expect(Buffer.compare(bytes, randomModel(SMALL))).toBe(0);
  });

  it('has tokens for every text', async () => {
    const gguf = await readGguf(await openSource(randomModel(SMALL)));
    const tokenizer = createTokenizer(vocabularyFrom(gguf.metadata));
    const tokens = tokenizer.encode('Once, ünd', { addSpecial: true, parseSpecial: false });
    expect(tokens).not.toContain(0);
    expect(tokens.length).toBeGreaterThan(8);
  });
});

import { describe, expect, it } from 'vitest';
import { readModelSpec } from '../../src/architectures/index.ts';
import { openSource, readGguf } from '../../src/gguf/index.ts';
import { createTokenizer, vocabularyFrom } from '../../src/tokenizer/index.ts';
import { type RandomShape, randomFile } from './randomModel.ts';

const SMALL: RandomShape = { nVocab: 400, nEmbd: 64, nLayers: 2, nHead: 2, nFf: 96, nCtx: 128 };

async function bytesOf(shape: RandomShape): Promise<Buffer> {
  return Buffer.concat(await randomFile(shape));
}

async function open(shape: RandomShape) {
  return readGguf(await openSource(new Uint8Array(await bytesOf(shape))));
}

describe('a file of random weights', () => {
  it.each([
    { architecture: 'llama', expected: { nKvHead: 2, headDim: 32 } },
    { architecture: 'qwen3', nKvHead: 1, headDim: 16, expected: { nKvHead: 1, headDim: 16 } },
  ] as const)('is a model of its shape: $architecture', async ({ expected, ...shape }) => {
    const gguf = await open({ ...SMALL, ...shape });
    const { nVocab, nEmbd, layers } = readModelSpec(gguf);
    expect({ nVocab, nEmbd }).toEqual({ nVocab: 400, nEmbd: 64 });
    expect(layers.map(({ attention }) => attention)).toMatchObject([expected, expected]);
    expect(gguf.tensors.get('blk.1.ffn_down.weight')).toMatchObject({ type: 'Q4_0', shape: [96, 64] });
  });

  it('is the same bytes each time', async () => {
    expect(Buffer.compare(await bytesOf(SMALL), await bytesOf(SMALL))).toBe(0);
  });

  it('has tokens for every text', async () => {
    const tokenizer = createTokenizer(vocabularyFrom((await open(SMALL)).metadata));
    const tokens = tokenizer.encode('Once, ünd', { addSpecial: true, parseSpecial: false });
    expect(tokens).not.toContain(0);
    expect(tokens.length).toBeGreaterThan(8);
  });
});

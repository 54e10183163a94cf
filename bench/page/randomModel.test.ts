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
    expect(layers.map(({ mixer }) => mixer)).toMatchObject([expected, expected]);
    expect(gguf.tensors.get('blk.1.ffn_down.weight')).toMatchObject({ type: 'Q4_0', shape: [96, 64] });
  });

  it('has the types of a Q4_K_M file', async () => {
    const shape = { ...SMALL, nEmbd: 256, nHead: 8, nLayers: 8, types: 'Q4_K_M' } as const;
    const { tensors } = await open(shape);
    const typesOf = (name: string) =>
      Array.from({ length: 8 }, (_, layer) => tensors.get(`blk.${layer}.${name}.weight`)?.type);
    expect(tensors.get('token_embd.weight')?.type).toBe('Q6_K');
    expect(typesOf('attn_q')).toEqual(Array(8).fill('Q4_K'));
    expect(typesOf('attn_v')).toEqual(['Q6_K', 'Q4_K', 'Q4_K', 'Q6_K', 'Q4_K', 'Q4_K', 'Q6_K', 'Q6_K']);
    // Rows of 96 values are not whole super-blocks.
    expect(typesOf('ffn_down')).toEqual(['Q8_0', 'Q5_0', 'Q5_0', 'Q8_0', 'Q5_0', 'Q5_0', 'Q8_0', 'Q8_0']);
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

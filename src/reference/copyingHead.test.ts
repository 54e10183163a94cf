import { describe, expect, it } from 'vitest';
import { readModelSpec } from '../architectures/index.ts';
import { type GgufToWrite, openSource, readGguf, type TensorToWrite, writeGguf } from '../gguf/index.ts';
import { dequantize } from '../quant/dequantize.ts';
import { chainTarget } from './chainTarget.ts';
import { copiedDrafts, knownRounds } from './copiedDrafts.ts';
import { type Copying, copyingHead } from './copyingHead.ts';
import { CpuTwin } from './forward.ts';

const N_CTX = 64;
const N_LAYERS = 2;

/** Goes round 3, 4, 5, enters the loop 6, 7 from elsewhere, and stays at 9. */
const CHAIN = [6, 6, 6, 4, 5, 3, 7, 6, 3, 9, 9, 10];
const COPY = CHAIN.map((_, token) => token);

async function twinOf(model: GgufToWrite): Promise<CpuTwin> {
  const gguf = await readGguf(await openSource(writeGguf(model)));
  return CpuTwin.open(gguf, readModelSpec(gguf), N_CTX);
}

function likeliest(logits: Float64Array): number {
  return logits.indexOf(Math.max(...logits));
}

const target = await chainTarget({ successors: CHAIN, nCtx: N_CTX, nLayers: N_LAYERS });

describe('chainTarget', () => {
  it('follows every token by its successor, whatever came before', async () => {
    const twin = await twinOf(target);
    const text = [1, 5, 3, 3, 11, 0, 9, 2, 8, 10, 4, 6, 7];
    expect(text.map((token, position) => likeliest(twin.forward(token, position)))).toEqual(
      text.map(token => CHAIN[token]),
    );
  });
});

/** Turns a head into a model of one layer, whose embeddings take the place of what `eh_proj` chooses. */
function asModel(head: GgufToWrite): GgufToWrite {
  const renamed = head.tensors.map(tensor => ({
    ...tensor,
    name: tensor.name
      .replace(`blk.${N_LAYERS}.nextn.shared_head_norm`, 'output_norm')
      .replace(`blk.${N_LAYERS}.nextn.shared_head_head`, 'output')
      .replace(`blk.${N_LAYERS}.`, 'blk.0.'),
  }));
  const embedding = target.tensors.filter(({ name }) => name === 'token_embd.weight');
  const blocks = { 'llama.block_count': { type: 'uint32', value: 1 } } as const;
  const { 'llama.nextn_predict_layers': _, ...metadata } = head.metadata;
  return { metadata: { ...metadata, ...blocks }, tensors: [...embedding, ...renamed] };
}

function valuesOf(tensors: readonly TensorToWrite[], name: string): Float32Array {
  const tensor = tensors.find(tensor => tensor.name === name);
  if (tensor === undefined) throw new Error(`no ${name}`);
  return dequantize('F16', tensor.data);
}

describe('copyingHead', () => {
  const heads: readonly Copying[] = [
    { reads: 'token', successors: COPY },
    { reads: 'token', successors: CHAIN },
    { reads: 'hidden', successors: CHAIN },
    { reads: 'commonest', successors: COPY },
    { reads: 'commonest', successors: CHAIN },
  ];

  it.each(heads)(
    'drafts, layer and output matrix, as copiedDrafts says: $reads, $successors',
    async copying => {
      const text = [1, 9, 9, 9, 9, 10, 8, 8, 10, 8];
      const twin = await twinOf(asModel(copyingHead({ ...copying, nLayers: N_LAYERS, nCtx: N_CTX })));
      const nDraft = 3;
      const drafts = copiedDrafts(copying, text, nDraft, 0);
      const rows = [...text, ...drafts.slice(0, -1)];
      // A row of the hidden state holds the token before its own, and a draft's row what the draft's first row held.
      const read =
        copying.reads === 'hidden' ? rows.map((_, p) => text[Math.min(p, text.length - 1) - 1] ?? 0) : rows;
      const chosen = read.map((token, position) => likeliest(twin.forward(token, position)));
      expect(chosen.slice(-nDraft)).toEqual(drafts);
    },
  );

  it.each(heads)(
    'takes the embedding first and the hidden state second from eh_proj: $reads',
    ({ reads }) => {
      const { tensors } = copyingHead({ reads, successors: COPY, nLayers: N_LAYERS, nCtx: N_CTX });
      const nEmbd = 32;
      const joined = Array.from({ length: 2 * nEmbd }, (_, i) => i);
      const projection = valuesOf(tensors, `blk.${N_LAYERS}.nextn.eh_proj.weight`);
      const projected = Array.from({ length: nEmbd }, (_, row) =>
        joined.reduce((sum, value, i) => sum + value * projection[2 * nEmbd * row + i], 0),
      );
      expect(projected).toEqual(reads === 'hidden' ? joined.slice(nEmbd) : joined.slice(0, nEmbd));
    },
  );
});

describe('knownRounds', () => {
  const accepted = (head: Copying, prompt: readonly number[], nPredict: number) =>
    knownRounds(CHAIN, head, prompt, { nPredict, nDraft: 3, firstRow: 1 }).map(({ nAccepted }) => nAccepted);

  it.each<{ name: string; head: Copying; prompt: number[]; expected: number[] }>([
    {
      name: 'a copied token where the text stays',
      head: { reads: 'token', successors: COPY },
      prompt: [1, 9],
      expected: [3, 3],
    },
    {
      name: 'a copied token where the text alternates',
      head: { reads: 'token', successors: COPY },
      prompt: [1, 6],
      expected: [0, 0, 0, 0, 0, 0, 0, 0],
    },
    {
      name: 'the target’s own choice',
      head: { reads: 'token', successors: CHAIN },
      prompt: [1, 3],
      expected: [3, 3],
    },
    {
      name: 'the token after the one before, where the text alternates',
      head: { reads: 'hidden', successors: COPY },
      prompt: [1, 6],
      expected: [1, 1, 1, 1],
    },
    {
      name: 'the commonest token, which the text outgrows',
      head: { reads: 'commonest', successors: COPY },
      prompt: [1, 8, 8, 8, 8, 9],
      expected: [0, 0, 3, 1],
    },
  ])('accepts drafts of a known number: $name', ({ head, prompt, expected }) => {
    expect(accepted(head, prompt, 9)).toEqual(expected);
  });
});

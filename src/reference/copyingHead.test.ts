import { describe, expect, it } from 'vitest';
import { readModelSpec, readMtpSpec } from '../architectures/index.ts';
import {
  completedBy,
  type GgufFile,
  type GgufToWrite,
  openSource,
  readGguf,
  writeGguf,
} from '../gguf/index.ts';
import { chainTarget } from './chainTarget.ts';
import { copiedDrafts, knownRounds } from './copiedDrafts.ts';
import { type Copying, copyingHead } from './copyingHead.ts';
import { CpuTwin } from './forward.ts';
import { MtpTwin } from './mtpTwin.ts';

const N_CTX = 64;
const N_LAYERS = 2;

/** Goes round 3, 4, 5, enters the loop 6, 7 from elsewhere, and stays at 9. */
const CHAIN = [6, 6, 6, 4, 5, 3, 7, 6, 3, 9, 9, 10];
const COPY = CHAIN.map((_, token) => token);

async function opened(model: GgufToWrite): Promise<GgufFile> {
  return readGguf(await openSource(writeGguf(model)));
}

async function targetTwin(): Promise<CpuTwin> {
  const gguf = await opened(target);
  return CpuTwin.open(gguf, readModelSpec(gguf), N_CTX);
}

async function headTwin(copying: Copying): Promise<MtpTwin> {
  const sidecar = await opened(copyingHead({ ...copying, nLayers: N_LAYERS, nCtx: N_CTX }));
  const head = completedBy(sidecar, await opened(target));
  return new MtpTwin(await targetTwin(), await CpuTwin.open(head, readMtpSpec(head), N_CTX));
}

function likeliest(logits: Float64Array): number {
  return logits.indexOf(Math.max(...logits));
}

const target = await chainTarget({ successors: CHAIN, nCtx: N_CTX, nLayers: N_LAYERS });

describe('chainTarget', () => {
  it('follows every token by its successor, whatever came before', async () => {
    const twin = await targetTwin();
    const text = [1, 5, 3, 3, 11, 0, 9, 2, 8, 10, 4, 6, 7];
    expect(text.map((token, position) => likeliest(twin.forward(token, position)))).toEqual(
      text.map(token => CHAIN[token]),
    );
  });
});

describe('copyingHead', () => {
  const heads: readonly Copying[] = [
    { reads: 'token', successors: COPY },
    { reads: 'token', successors: CHAIN },
    { reads: 'hidden', successors: CHAIN },
    { reads: 'commonest', successors: COPY },
    { reads: 'commonest', successors: CHAIN },
  ];

  it.each(heads)('drafts what copiedDrafts says: $reads, $successors', async copying => {
    const text = [1, 9, 9, 9, 9, 10, 8, 8, 10, 8];
    const drafts = (await headTwin(copying)).draft(text, 3);
    expect(drafts.map(({ token }) => token)).toEqual(copiedDrafts(copying, text, 3));
    for (const { margin } of drafts) expect(margin).toBeGreaterThan(0.5);
  });

  it.each(heads)('drafts in every round what knownRounds says: $reads, $successors', async copying => {
    const prompt = [1, 8, 8, 8, 8, 9];
    const text = [...prompt, 9];
    const twin = await headTwin(copying);
    for (const { drafts, nAccepted } of knownRounds(CHAIN, copying, prompt, { nPredict: 16, nDraft: 3 })) {
      if (drafts.length > 0)
        expect(twin.draft(text, drafts.length).map(({ token }) => token)).toEqual(drafts);
      text.push(...drafts.slice(0, nAccepted), 9);
    }
    expect(text).toHaveLength(prompt.length + 16);
  });
});

describe('knownRounds', () => {
  const accepted = (head: Copying, prompt: readonly number[], nPredict: number) =>
    knownRounds(CHAIN, head, prompt, { nPredict, nDraft: 3 }).map(({ nAccepted }) => nAccepted);

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

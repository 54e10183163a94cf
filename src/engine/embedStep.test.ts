import { describe, expect, it } from 'vitest';
import { Decoder } from './decoder.ts';
import { FakeForwardPass } from './fakeForwardPass.ts';
import { Pool, type Pooling } from './pooling.ts';
import type { Sampler } from './sampler/chain.ts';
import type { Sequence } from './sequence.ts';

/** Sampler that must not be called: an embedding samples no token. */
const NO_SAMPLER: Sampler = {
  needs: 'argmax',
  sample: () => {
    throw new Error('an embedding was sampled from');
  },
  accept: () => {},
  survivors: () => [],
};

function sequence(slot: number, tokens: readonly number[], pooling: Pooling): Sequence & { pool: Pool } {
  return {
    slot,
    tokens: [...tokens],
    nPast: 0,
    sampler: NO_SAMPLER,
    probs: null,
    speculative: { nMin: 0, nMax: 0, pMin: 0 },
    nRemain: 0,
    pool: new Pool(pooling, tokens.length),
  };
}

async function embed(sequences: readonly Sequence[], nBatch: number): Promise<FakeForwardPass> {
  const model = new FakeForwardPass({ maxRows: 64 });
  const decoder = new Decoder(model, null, { nBatch });
  for (let open = sequences; open.length > 0; open = open.filter(s => s.nPast < s.tokens.length)) {
    await decoder.step(open);
  }
  return model;
}

const LONG = Array.from({ length: 21 }, (_, i) => (7 * i) % 50);
const SHORT = [3, 1, 4, 1, 5];

describe.each<Pooling>(['none', 'mean', 'cls', 'last'])('an embedding pooled by %s', pooling => {
  it.each([4, 5, 64])('is the same alone and with other prompts, in batches of %i rows', async nBatch => {
    const alone = sequence(0, LONG, pooling);
    await embed([alone], 64);
    const crowd = [sequence(2, SHORT, 'none'), sequence(1, LONG, pooling), sequence(0, SHORT, 'mean')];
    await embed(crowd, nBatch);
    expect(crowd[1].pool.vectors).toEqual(alone.pool.vectors);
    expect(alone.pool.vectors).toHaveLength(pooling === 'none' ? LONG.length : 1);
  });

  it('reads back no more states than it needs', async () => {
    const model = await embed([sequence(0, LONG, pooling)], 8);
    const rows = model.calls.flatMap(call => (call.kind === 'embed' ? call.rows : []));
    expect(rows).toHaveLength(LONG.length);
    const nRead = rows.filter(({ output }) => output).length;
    expect(nRead).toBe(pooling === 'none' || pooling === 'mean' ? LONG.length : 1);
  });
});

it('shares no batch with generations', async () => {
  const { pool: _, ...generating } = sequence(1, SHORT, 'none');
  await expect(embed([sequence(0, SHORT, 'none'), generating], 64)).rejects.toThrow('share no batch');
});

it('starts again after the model failed', async () => {
  const model = new FakeForwardPass();
  const decoder = new Decoder(model, null, { nBatch: 64 });
  const failing = sequence(0, SHORT, 'none');
  model.failNext(new Error('lost'));
  await expect(decoder.step([failing])).rejects.toThrow('lost');
  expect(failing.nPast).toBe(0);
  await decoder.step([failing]);
  expect(failing.pool.vectors).toHaveLength(SHORT.length);
});

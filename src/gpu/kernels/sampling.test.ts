import { describe, expect, it } from 'vitest';
import { GPU_TUNING, SOFTWARE_TUNING } from '../tuning.ts';
import { argmax, choiceStages, stretchesOf, topK } from './sampling.ts';

const VOCABULARIES = [1, 63, 64, 65, 300, 2048, 2049, 32_000, 151_936, 262_144];

describe('the stages of a choice', () => {
  it.each(
    VOCABULARIES.flatMap(nVocab =>
      [
        { name: 'GPU', tuning: GPU_TUNING },
        { name: 'software', tuning: SOFTWARE_TUNING },
      ].map(row => ({ ...row, nVocab })),
    ),
  )(
    'see every one of $nVocab logits once and end in one workgroup with the $name tuning',
    ({ nVocab, tuning }) => {
      for (const kept of [1, Math.min(64, nVocab)]) {
        const [first, second] = choiceStages({ nVocab, outputs: 3 }, kept, tuning);
        const stretches = stretchesOf(first);
        expect(first).toMatchObject({ source: 'logits', nCandidates: nVocab, outputs: 3 });
        expect(first.stretch * stretches).toBeGreaterThanOrEqual(nVocab);
        // The last stretch is not empty.
        expect(first.stretch * (stretches - 1)).toBeLessThan(nVocab);
        expect(stretchesOf(second ?? first)).toBe(1);
        if (second) expect(second).toMatchObject({ source: 'candidates', nCandidates: kept * stretches });
      }
    },
  );

  it('have at least 64 workgroups for a row of 151,936 logits on a GPU', () => {
    const [first] = choiceStages({ nVocab: 151_936, outputs: 1 }, 64, GPU_TUNING);
    expect(argmax(first, GPU_TUNING).workgroups[0]).toBeGreaterThanOrEqual(64);
    expect(topK({ ...first, k: 64 }, GPU_TUNING).workgroups[0]).toBeGreaterThanOrEqual(64);
  });

  it('are one for a small vocabulary, and for any on a software adapter', () => {
    expect(choiceStages({ nVocab: 2048, outputs: 1 }, 64, GPU_TUNING)).toHaveLength(1);
    expect(choiceStages({ nVocab: 262_144, outputs: 1 }, 64, SOFTWARE_TUNING)).toHaveLength(1);
  });
});

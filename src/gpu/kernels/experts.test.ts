import { describe, expect, it } from 'vitest';
import { repackedLayout } from '../../quant/repack.ts';
import { sortChoices as sortTwin } from '../../reference/sortChoices.ts';
import { GPU_TUNING, SOFTWARE_TUNING } from '../tuning.ts';
import { addExperts } from './addExperts.ts';
import {
  CHOICE_GROUP,
  mostChoiceGroups,
  sortChoices,
  sortedWords,
  sortsChoices,
  sumsApart,
} from './choices.ts';
import { mulMatId } from './mulMatId.ts';
import { router } from './router.ts';

// Sizes of Qwen3-30B-A3B.
const [N_EMBD, N_FF] = [2048, 768];
const EXPERTS = { nExperts: 128, nUsed: 8 };
const NORM = { k: N_EMBD, eps: 1e-6 };

function kernelsOf(rows: number) {
  const counts = { ...EXPERTS, rows };
  const up = { weight: 'Q4_0', blocks: N_EMBD / 32, n: N_FF, dst: { dstStride: N_FF }, ...counts } as const;
  const down = {
    weight: 'Q4_0',
    blocks: N_FF / 32,
    n: N_EMBD,
    dst: { dstStride: N_EMBD },
    ...counts,
  } as const;
  const isApart = sumsApart(counts, GPU_TUNING);
  const stage = isApart ? ({ kind: 'store', ofChoices: true } as const) : ({ kind: 'down' } as const);
  return [
    router({ weight: 'F32', blocks: N_EMBD / 32, norm: NORM, ...counts }, GPU_TUNING),
    ...(sortsChoices(counts, GPU_TUNING) ? [sortChoices({ batch: counts })] : []),
    mulMatId({ ...up, stage: { kind: 'gate_up', norm: NORM } }, GPU_TUNING),
    mulMatId({ ...down, stage }, GPU_TUNING),
    ...(isApart
      ? [addExperts({ stage: { kind: 'down' }, n: N_EMBD, srcStride: N_EMBD, dst: down.dst, nUsed: 8, rows })]
      : []),
  ];
}

describe('a mixture of experts on a GPU', () => {
  it('has as many dispatches for one row as there are products, and all of its experts at once', () => {
    expect(kernelsOf(1).map(({ shader, workgroups }) => [shader, ...workgroups])).toEqual([
      ['router', 1, 1, 1],
      ['mul_mat_id', 96, 8, 1],
      ['mul_mat_id', 256, 1, 1],
    ]);
  });

  it('has a workgroup for each group of rows that chose an expert in a batch of 64', () => {
    expect(kernelsOf(64).map(({ shader, workgroups }) => [shader, ...workgroups])).toEqual([
      ['router', 64, 1, 1],
      ['sort_choices', 1, 1, 1],
      ['mul_mat_id', 96, 176, 1],
      ['mul_mat_id', 128, 176, 1],
      ['add_experts', 8, 64, 1],
    ]);
  });

  it('reads the weights of an expert once for every 8 of its rows, and never more often than for single rows', () => {
    const rows = 64;
    const ids = Array.from({ length: rows * EXPERTS.nUsed }, (_, i) => (i * 7 + Math.floor(i / 8) * 5) % 128);
    const groups = sortTwin(ids, CHOICE_GROUP);
    const countOf = (expert: number) => ids.filter(id => id === expert).length;
    const nGroups = Array.from({ length: EXPERTS.nExperts }, (_, e) => Math.ceil(countOf(e) / CHOICE_GROUP));
    expect(groups).toHaveLength(CHOICE_GROUP * nGroups.reduce((sum, n) => sum + n));
    expect(groups.length / CHOICE_GROUP).toBeLessThanOrEqual(mostChoiceGroups({ ...EXPERTS, rows }));
    expect(groups.length).toBeLessThanOrEqual(rows * sortedWords(EXPERTS.nUsed));
    // Gate, up and down in Q4_0: 2.65 MB, once per group.
    const bytes = [
      [N_EMBD, 2 * N_FF],
      [N_FF, N_EMBD],
    ].map(([k, n]) => {
      const { quantsBytes, scalesBytes } = repackedLayout('Q4_0', k, n);
      return quantsBytes + scalesBytes;
    });
    expect(bytes.reduce((sum, n) => sum + n)).toBe(2_654_208);
  });

  it.each([
    { nExperts: 128, nUsed: 8, sortedFrom: 17 },
    { nExperts: 32, nUsed: 4, sortedFrom: 9 },
    { nExperts: 8, nUsed: 2, sortedFrom: 5 },
    { nExperts: 4, nUsed: 4, sortedFrom: 2 },
  ])(
    'sorts choices of $nUsed of $nExperts experts from $sortedFrom rows on',
    ({ sortedFrom, ...experts }) => {
      const first = Array.from({ length: 64 }, (_, i) => i + 1).find(rows =>
        sortsChoices({ ...experts, rows }, GPU_TUNING),
      );
      expect(first).toBe(sortedFrom);
      expect(sortsChoices({ ...experts, rows: 64 }, SOFTWARE_TUNING)).toBe(false);
    },
  );
});

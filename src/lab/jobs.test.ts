import { describe, expect, it } from 'vitest';
import { FAULTS, KERNEL_CASES } from '../conformance/allCases.ts';
import { changedShaders } from '../conformance/shaderChange.ts';
import { shaderSources } from '../gpu/shaderSources.ts';
import { judgeGolden } from './goldens.ts';
import { jobsNamed, jobsOf } from './jobs.ts';
import { SETS } from './labOptions.ts';

describe('the jobs', () => {
  it.each(SETS)('of the set %s have distinct names', set => {
    const ids = jobsOf(set).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('try every case', () => {
    const ids = jobsOf('quick').map(({ id }) => id);
    for (const { id } of KERNEL_CASES) expect(ids.some(job => job.startsWith(`${id}@`))).toBe(true);
  });

  it('try the rows of every kernel that computes rows', () => {
    const ids = jobsOf('quick')
      .map(({ id }) => id)
      .filter(id => id.startsWith('invariance:') && id.includes('@'));
    const kernels = new Set(ids.map(id => id.slice('invariance:'.length).split('@')[0]));
    const expected =
      'add_experts add_norm altup argmax attention attention_combine copy_rows gate gated_delta_net gated_norm get_rows join_hidden latent_store mul_mat mul_mat_id qkv_store ring_store rms_norm router sparse_gate spread_logits ssm_conv ssm_scan stretch suppress swiglu top_k xielu';
    expect([...kernels].sort()).toEqual(expected.split(' '));
    expect(ids.filter(id => id.startsWith('invariance:mul_mat@'))).toHaveLength(3);
  });

  it('are found by their names', () => {
    const [id] = jobsOf('quick')
      .map(job => job.id)
      .filter(job => job.startsWith('mul_mat:'));
    const named = (...ids: string[]) => jobsNamed(ids, 'quick').map(job => job.id);
    expect(named(id)).toEqual([id]);
    const [caseId] = id.split('@');
    expect(named(caseId)).toEqual([`${caseId}@software`, `${caseId}@gpu`, `${caseId}@subgroups`]);
    expect(named(`${caseId}@gpu`)).toEqual([`${caseId}@gpu`]);
    const all = jobsOf('quick').map(job => job.id);
    expect(named(...all)).toEqual(all);
    expect(named('control:*', 'control:scale-offset')).toHaveLength(FAULTS.length);
    expect(() => named('mul_mat:weight=Q9')).toThrow('there is no case mul_mat:weight=Q9');
  });
});

describe('the controls', () => {
  it.each(FAULTS)('$id can be built', ({ change }) => {
    const changed = changedShaders(shaderSources(), change);
    expect(changed.get(change.file)).not.toBe(shaderSources().get(change.file));
  });
});

describe('a golden', () => {
  const top = (gap: number): [number, number][] => [
    [5, -1],
    [6, -1 - gap],
  ];
  const text = { prompt: 'Once', tokens: [5, 5, 5], top: [top(1), top(1e-4), top(1)] };

  it('allows near ties to swap', () => {
    expect(judgeGolden('m', text, [5, 6, 5])).toMatchObject({ status: 'success', nTokens: 3, nAgreeing: 2 });
  });

  it('names the first token that differs', () => {
    expect(judgeGolden('m', text, [5, 6, 7])).toMatchObject({
      status: 'wrong-result',
      nAgreeing: 1,
      firstDisagreement: { index: 2, expected: 5, actual: 7 },
    });
  });
});

import { describe, expect, it } from 'vitest';
import { plannedKernels } from './plannedKernels.ts';
import { SHAPES, type ShapeName } from './shapes.ts';

const PLAN = {
  weight: 'Q4_0',
  head: 'Q6_K',
  cache: 'f16',
  rows: [1, 8],
  nCtx: 4096,
  vendor: 'nvidia',
  tuning: {},
} as const;

describe('the kernels of a model', () => {
  it.each(Object.keys(SHAPES) as ShapeName[])('are those of its own plan: %s', async name => {
    const shape = SHAPES[name];
    const kernels = await plannedKernels(name, shape, PLAN);
    const products = kernels.flatMap(({ product, rows }) => (product ? [{ ...product, at: rows }] : []));
    expect(new Set(kernels.map(({ key }) => key)).size).toBe(kernels.length);
    expect(new Set(products.map(({ at }) => at))).toEqual(new Set([1, 8]));
    expect(new Set(products.map(({ type }) => type))).toEqual(new Set(['Q4_0', 'Q6_K']));
    for (const { code } of kernels) expect(code).toContain('@compute');
  });

  it('have the weights of their matrix shared by the invocations of one row of workgroups', async () => {
    const kernels = await plannedKernels('llama-3.2-1b', SHAPES['llama-3.2-1b'], PLAN);
    const gateUp = kernels.find(({ key, rows }) => key.includes('EPILOGUE=swiglu') && rows === 1);
    const invocations = (gateUp?.workgroups[0] ?? 0) * (gateUp?.workgroupSize ?? 0);
    expect(gateUp?.product).toMatchObject({ type: 'Q4_0', weightBytes: 0.5625, rows: 1 });
    expect((gateUp?.product?.weightsPerInvocation ?? 0) * invocations).toBe(2 * 8192 * 2048);
  });

  it('follow the knobs of the tuning', async () => {
    const shape = SHAPES['qwen3-0.6b'];
    const narrow = await plannedKernels('qwen3-0.6b', shape, { ...PLAN, tuning: { maxTile: 4 } });
    expect(Math.max(...narrow.map(({ product }) => product?.rows ?? 0))).toBe(4);
  });
});

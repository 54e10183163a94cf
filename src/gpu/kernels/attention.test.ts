import { describe, expect, it } from 'vitest';
import { PAGE_POSITIONS, PART_POSITIONS } from '../../util/kvPage.ts';
import { GPU_TUNING, SOFTWARE_TUNING } from '../tuning.ts';
import { attention, attentionDepths, attentionSpan, mostStateValues } from './attention.ts';

/** Heads of Llama 3.2 1B, Qwen3 0.6B and Qwen3 30B-A3B. */
const LLAMA_1B = { nHead: 32, nKvHead: 8, headDim: 64, cache: 'f16' } as const;
const QWEN_06B = { nHead: 16, nKvHead: 8, headDim: 128, cache: 'f16' } as const;
const QWEN_30B = { nHead: 32, nKvHead: 4, headDim: 128, cache: 'f16' } as const;
/** Two workgroups for each of 132 cores. */
const FULL = 264;

function kernelAt(heads: typeof LLAMA_1B | typeof QWEN_06B | typeof QWEN_30B, rows: number, depth: number) {
  const span = attentionSpan(heads, rows, depth, GPU_TUNING);
  return attention({ ...heads, rows, depth, span, dstStride: heads.nHead * heads.headDim }, GPU_TUNING);
}

/** Lines of 128 bytes that 32 neighbouring invocations touch when they load pieces of keys, see lib/scores_staged.wgsl. */
function keyLines({ defines, overrides, parameters }: ReturnType<typeof kernelAt>): number {
  const pieces = Number(defines.PIECES);
  const pieceQuads = Number(defines.PIECE_QUADS);
  const quadBytes = parameters.cache === 'f16' ? 8 : 16;
  const keyQuads = (parameters.nKvHead * parameters.headDim) / 4;
  const chunks = Math.ceil(parameters.headDim / 4 / (pieces * pieceQuads));
  let most = 0;
  for (let chunk = 0; chunk < chunks; chunk++) {
    for (let first = 0; first < overrides.WORKGROUP_SIZE; first += 32) {
      const lines = new Set<number>();
      for (let lane = first; lane < first + 32; lane++) {
        const quad = Math.floor(lane / pieces) * keyQuads + chunk * pieces * pieceQuads;
        lines.add(Math.floor(((quad + (lane % pieces) * pieceQuads) * quadBytes) / 128));
      }
      most = Math.max(most, lines.size);
    }
  }
  return most;
}

describe('attention on a GPU', () => {
  it.each([
    { depth: 256, least: 8 },
    { depth: 1024, least: 128 },
    { depth: 4096, least: FULL },
    { depth: 32768, least: FULL },
  ])('has at least $least workgroups for one row of $depth positions', ({ depth, least }) => {
    const [heads, rows, spans] = kernelAt(LLAMA_1B, 1, depth).workgroups;
    expect(heads * rows * spans).toBeGreaterThanOrEqual(least);
  });

  it.each([LLAMA_1B, QWEN_06B, QWEN_30B])(
    'touches at most 4 lines of keys with 32 invocations: %o',
    heads => {
      for (const rows of [1, 2, 4, 16]) {
        for (const cache of ['f16', 'f32'] as const) {
          const kernel = kernelAt({ ...heads, cache } as typeof heads, rows, 4096);
          expect(keyLines(kernel)).toBeLessThanOrEqual(4);
        }
      }
    },
  );

  it.each([LLAMA_1B, QWEN_06B, QWEN_30B])('has at most 256 invocations and 16 KiB of storage: %o', heads => {
    for (const rows of [1, 2, 4, 16, 64]) {
      const { defines, overrides } = kernelAt(heads, rows, 4096);
      const chunk = Number(defines.PIECES) * Number(defines.PIECE_QUADS);
      const bytes = chunk * 65 * 8 + Number(defines.QUERIES) * (16 * chunk + 2 * 4 * PAGE_POSITIONS);
      expect(overrides.WORKGROUP_SIZE).toBeLessThanOrEqual(256);
      expect(bytes).toBeLessThanOrEqual(16384);
    }
  });

  it('spreads no positions of rows that see no more than one part, and of many rows', () => {
    expect(attentionSpan(LLAMA_1B, 1, PART_POSITIONS, GPU_TUNING)).toBeNull();
    expect(attentionSpan({ ...LLAMA_1B, window: 128 }, 1, 32768, GPU_TUNING)).toBeNull();
    expect(attentionSpan(LLAMA_1B, 64, 32768, GPU_TUNING)).toBeNull();
  });

  it('takes the largest spans that are enough', () => {
    expect(attentionSpan(LLAMA_1B, 1, 4096, GPU_TUNING)).toBe(PAGE_POSITIONS);
    expect(attentionSpan(LLAMA_1B, 1, 16384, GPU_TUNING)).toBe(PART_POSITIONS);
    expect(attentionSpan(LLAMA_1B, 16, 4096, GPU_TUNING)).toBe(PART_POSITIONS);
  });

  it('is planned for a few depths, of which the last is the context', () => {
    expect(attentionDepths(1, 10_000, GPU_TUNING)).toEqual([256, 1024, 4096, 10_000]);
    expect(attentionDepths(64, 10_000, GPU_TUNING)).toEqual([10_000]);
    expect(attentionDepths(1, 200, GPU_TUNING)).toEqual([200]);
  });

  it('launches only workgroups that a window can need', () => {
    const span = attentionSpan({ ...LLAMA_1B, window: 1024 }, 1, 32768, GPU_TUNING);
    const shape = { ...LLAMA_1B, rows: 1, depth: 32768, span, window: 1024, dstStride: 2048 };
    expect(attention(shape, GPU_TUNING).workgroups).toEqual([8, 1, 17]);
  });

  it('needs room for the states of every planned batch', () => {
    const states = mostStateValues(LLAMA_1B, 16, 4096, GPU_TUNING);
    for (let rows = 1; rows <= 16; rows++) {
      for (const depth of attentionDepths(rows, 4096, GPU_TUNING)) {
        const span = attentionSpan(LLAMA_1B, rows, depth, GPU_TUNING);
        if (span !== null) expect(Math.ceil(depth / span) * rows * 32 * 68).toBeLessThanOrEqual(states);
      }
    }
  });
});

describe('attention on a software adapter', () => {
  it('is planned once and never spread', () => {
    expect(attentionDepths(1, 32768, SOFTWARE_TUNING)).toEqual([32768]);
    expect(attentionSpan(LLAMA_1B, 1, 32768, SOFTWARE_TUNING)).toBeNull();
    expect(mostStateValues(LLAMA_1B, 64, 32768, SOFTWARE_TUNING)).toBe(0);
  });
});

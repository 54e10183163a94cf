import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Gpu } from './device.ts';
import { Kicks } from './kicks.ts';
import { chooseKicks, measureLatency } from './latency.ts';

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('GPUBufferUsage', { COPY_DST: 1, COPY_SRC: 2, MAP_READ: 4 });
  vi.stubGlobal('GPUMapMode', { READ: 1 });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function passed(ms: number, act: () => void): void {
  if (ms === 0) act();
  else setTimeout(act, ms);
}

/** Device whose browser notices finished work every `tickMs`, or `submitMs` after a later submit. */
function deviceWith({ tickMs, submitMs }: { readonly tickMs: number; readonly submitMs: number }) {
  let notice = () => {};
  const queue = {
    submit: () => {
      passed(submitMs, notice);
      return undefined;
    },
  };
  const buffers = new Set<object>();
  const createBuffer = () => {
    const buffer = {
      mapAsync: () =>
        new Promise<void>(resolve => {
          notice = resolve;
          passed(tickMs, resolve);
        }),
      getMappedRange: () => new ArrayBuffer(16),
      unmap() {},
    };
    buffers.add(buffer);
    return buffer;
  };
  const device = {
    queue,
    createCommandEncoder: () => ({ copyBufferToBuffer() {}, finish: () => ({}) }),
  };
  const gpu = {
    device,
    kicks: new Kicks(queue),
    fault: null,
    lost: new Promise(() => {}),
    createBuffer,
    destroyBuffer: (buffer: object) => buffers.delete(buffer),
  };
  return { gpu: gpu as unknown as Gpu, nBuffers: () => buffers.size };
}

async function advancing<T>(work: Promise<T>): Promise<T> {
  await vi.advanceTimersByTimeAsync(5000);
  return work;
}

describe('the choice of empty submits', () => {
  it.each([
    { what: 'a slow timer', tickMs: 100, submitMs: 0, everyMs: 1, latencyMs: 1 },
    { what: 'polling', tickMs: 3, submitMs: 0, everyMs: 1, latencyMs: 1 },
    { what: 'results that arrive by themselves', tickMs: 0, submitMs: 0, everyMs: null, latencyMs: 0 },
    { what: 'submits that help nothing', tickMs: 2, submitMs: 200, everyMs: null, latencyMs: 2 },
  ])('with $what is one every $everyMs ms', async ({ tickMs, submitMs, everyMs, latencyMs }) => {
    const { gpu, nBuffers } = deviceWith({ tickMs, submitMs });
    expect(await advancing(chooseKicks(gpu))).toBe(latencyMs);
    expect(gpu.kicks.everyMs).toBe(everyMs);
    expect(nBuffers()).toBe(0);
  });
});

describe('measureLatency', () => {
  it('measures several waits, and leaves the kicks as they were', async () => {
    const { gpu } = deviceWith({ tickMs: 7, submitMs: 0 });
    gpu.kicks.everyMs = 5;
    expect(await advancing(measureLatency(gpu, { kickMs: null, samples: 4 }))).toEqual([7, 7, 7, 7]);
    expect(await advancing(measureLatency(gpu, { kickMs: 2, samples: 2 }))).toEqual([2, 2]);
    expect(gpu.kicks.everyMs).toBe(5);
  });

  it('ends with the sample that exceeds the budget', async () => {
    const { gpu } = deviceWith({ tickMs: 100, submitMs: 0 });
    const limits = { kickMs: null, samples: 9 };
    expect(await advancing(measureLatency(gpu, { ...limits, budgetMs: 60 }))).toHaveLength(1);
    expect(await advancing(measureLatency(gpu, { ...limits, budgetMs: 150 }))).toHaveLength(2);
  });
});

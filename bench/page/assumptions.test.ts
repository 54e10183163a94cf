import { describe, expect, it } from 'vitest';
import { around, rightReport } from '../../src/report/fixtures/reports.ts';
import { kernelSpeed, type Report } from '../../src/report/index.ts';
import { assumptionsOf } from './assumptions.ts';
import type { GpuAssumptions } from './prediction.ts';

const REST: GpuAssumptions = {
  bytesPerSecond: 1,
  rowCosts: [],
  depth: 0,
  cacheBytesPerSecond: 1,
  dispatchGapSeconds: 1,
  encodeSeconds: 7,
  submitSeconds: 8,
  readbackSeconds: 1,
};

function labReport(): Report {
  const report = rightReport();
  const { limits } = report.speed;
  const timed = (kernel: string, parameters: Record<string, string | number>, tuning: string, ms: number) => {
    const identity = { id: kernel, kernel, variant: 'base', tuning, parameters };
    return kernelSpeed({ ...identity, bytes: 1e6, flops: 1, fromMemory: true }, around(ms), limits);
  };
  const product = { weight: 'Q4_0', n: 2048, k: 2048 };
  report.speed.kernels = [
    timed('mul_mat', { ...product, rows: 1 }, 'own', 0.01),
    timed('mul_mat', { ...product, rows: 8 }, 'own', 0.015),
    timed('attention', { depth: 4096 }, 'gpu', 0.02),
  ];
  return report;
}

describe('the assumptions about the GPU of a report', () => {
  it('are its own times, with those of empty submits where they help', () => {
    const report = labReport();
    report.speed.limits.kickedReadbackMs = { ...report.speed.limits.submitToReadbackMs, ...halved(1.5) };
    expect(assumptionsOf(report, 4096, REST)).toEqual({
      ...REST,
      bytesPerSecond: 1e11,
      rowCosts: [{ rows: 8, ratio: 1.5 }],
      depth: 4096,
      cacheBytesPerSecond: 5e10,
      dispatchGapSeconds: 1e-5,
      readbackSeconds: 0.00075,
    });
  });

  it('are none without the timings', () => {
    expect(() => assumptionsOf(rightReport(), 4096, REST)).toThrow('give one of the set full');
    expect(() => assumptionsOf(labReport(), 256, REST)).toThrow('no time of attention');
  });
});

function halved(ms: number) {
  return { median: ms / 2 };
}

import { describe, expect, it } from 'vitest';
import type { LabProgress } from '../../lab/labOptions.ts';
import { driveLab } from './driveLab.ts';
import type { LabPage } from './labPage.ts';

const FAST = { pollMs: 1, patienceMs: 60, graceMs: 60 };

/** Page whose run ends when `end` is called, or when it is stopped, unless it hangs. */
function fakePage({ hangs = false } = {}) {
  const control = { end: (_report: string) => {}, fail: (_error: Error) => {}, nStops: 0 };
  let progress: LabProgress | null = null;
  const page: LabPage = {
    flags: [],
    run: () =>
      new Promise((resolve, reject) => {
        control.end = resolve;
        control.fail = reject;
      }),
    progress: async () => progress,
    async stop() {
      control.nStops += 1;
      if (!hangs) control.end('partial');
    },
    close: async () => {},
  };
  const at = (nDone: number) => {
    progress = { nDone, nJobs: 9, current: `case ${nDone}`, secondsLeft: null };
  };
  return { page, control, at };
}

const drive = (
  page: LabPage,
  {
    signal = new AbortController().signal,
    seen = [],
    patienceMs = FAST.patienceMs,
  }: { signal?: AbortSignal; seen?: LabProgress[]; patienceMs?: number } = {},
) =>
  driveLab(
    page,
    { set: 'quick' },
    { ...FAST, patienceMs, signal, onProgress: progress => seen.push(progress) },
  );

const soon = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

describe('driving a run', () => {
  it('reports each step once, and resolves with the report', async () => {
    const { page, control, at } = fakePage();
    const seen: LabProgress[] = [];
    const report = drive(page, { seen, patienceMs: 5000 });
    for (const nDone of [1, 2]) {
      at(nDone);
      await soon(20);
    }
    control.end('whole');
    expect(await report).toBe('whole');
    expect(seen.map(({ nDone }) => nDone)).toEqual([1, 2]);
    expect(control.nStops).toBe(0);
  });

  it("rejects with the page's error", async () => {
    const { page, control } = fakePage();
    const report = drive(page);
    control.fail(new Error('Target crashed'));
    await expect(report).rejects.toThrow('Target crashed');
  });

  it('has a partial report of a stopped run', async () => {
    const { page } = fakePage();
    const ending = new AbortController();
    const report = drive(page, { signal: ending.signal });
    ending.abort();
    expect(await report).toBe('partial');
  });

  it('ends a run without progress, and takes its report', async () => {
    const { page, control } = fakePage();
    expect(await drive(page)).toBe('partial');
    expect(control.nStops).toBe(1);
  });

  it('abandons a page that hangs, and names the case', async () => {
    const { page, at } = fakePage({ hangs: true });
    at(3);
    await expect(drive(page)).rejects.toThrow(/nothing moved for 0.06 s, the last case being case 3/);
  });

  it('does not mistake a slow page for one that hangs', async () => {
    const { page, control, at } = fakePage({ hangs: true });
    const report = drive(page, { patienceMs: 400 });
    for (let nDone = 1; nDone < 6; nDone++) {
      at(nDone);
      await soon(100);
    }
    control.end('whole');
    expect(await report).toBe('whole');
  });
});

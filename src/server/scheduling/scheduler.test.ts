import { describe, expect, it } from 'vitest';
import { Decoder } from '../../engine/decoder.ts';
import type { Sampler } from '../../engine/sampler/chain.ts';
import { withDefaults } from '../../protocol/options.ts';
import { readFields } from '../http/fields.ts';
import { completionFields } from '../params/completionFields.ts';
import { EOS, letters, ScriptedForwardPass, tokenizer } from '../testing/testServer.ts';
import { SlotCaches } from './cache/slotCaches.ts';
import type { Job, JobEvent } from './job.ts';
import { Metrics } from './metrics.ts';
import { Scheduler } from './scheduler.ts';

const CONTEXT = {
  tokenizer,
  nCtx: 64,
  ctxShift: false,
  contBatching: true,
  slotPromptSimilarity: 0.1,
  log() {},
};
const params = readFields(completionFields(withDefaults({}), tokenizer, 1), {});

const sampler: Sampler = { needs: 'argmax', accept() {}, sample: () => EOS, survivors: () => [] };

/** Scheduler whose model ends every text at once. */
function startScheduler(nSlots = 1): Scheduler {
  const model = new ScriptedForwardPass([], { nSlots });
  const decoder = new Decoder(model, null, { nBatch: 16 });
  const caches = new SlotCaches(model, {
    limitBytes: 0,
    saveIdle: false,
    clearIdle: false,
    checkpoints: { most: 0, minStep: 1 },
    minSimilarity: 0.1,
    log() {},
  });
  return new Scheduler(decoder, nSlots, CONTEXT, caches, () => 0, new Metrics());
}

/** Job that records the kinds of its events, and the message of a failure; `listen` is called first. */
function recorded(overrides: Partial<Sampler> = {}, listen: (event: JobEvent) => void = () => {}) {
  const heard: string[] = [];
  const job: Job = {
    task: {
      id: 0,
      index: 0,
      prompt: letters('ab'),
      params,
      sampler: { ...sampler, ...overrides },
      nPredict: 4,
    },
    onEvent(event) {
      heard.push(event.kind === 'failed' ? event.error.message : event.kind);
      listen(event);
    },
  };
  return { job, heard };
}

describe('a job that cannot start', () => {
  const broken = {
    accept() {
      throw new Error('no history');
    },
  };

  it('the job fails alone, and the jobs behind it run', async () => {
    const scheduler = startScheduler();
    const first = recorded(broken);
    const second = recorded();
    scheduler.submit(first.job);
    scheduler.submit(second.job);
    await expect.poll(() => second.heard.at(-1)).toBe('finished');
    expect(first.heard).toEqual(['no history']);
    await scheduler.close();
  });

  it('the job ends even if its listener throws', async () => {
    const scheduler = startScheduler();
    const first = recorded(broken, () => {
      throw new Error('not listening');
    });
    const second = recorded();
    scheduler.submit(first.job);
    scheduler.submit(second.job);
    await expect.poll(() => second.heard.at(-1)).toBe('finished');
    await scheduler.close();
  });

  it('the job gives up its slot if the listener of its start throws', async () => {
    const scheduler = startScheduler();
    const first = recorded({}, event => {
      if (event.kind === 'started') throw new Error('no stream');
    });
    scheduler.submit(first.job);
    await expect.poll(() => first.heard).toEqual(['started', 'no stream']);
    expect(scheduler.slots[0]?.state.kind).toBe('idle');
    await scheduler.close();
  });
});

it('a job does not start if it was cancelled when an earlier one started', async () => {
  const scheduler = startScheduler(2);
  const second = recorded();
  const first = recorded({}, event => {
    if (event.kind === 'started') scheduler.cancel(second.job);
  });
  scheduler.submit(first.job);
  scheduler.submit(second.job);
  await expect.poll(() => first.heard.at(-1)).toBe('finished');
  expect(second.heard).toEqual(['The request was cancelled by its sender']);
  await scheduler.close();
});

it('the queue is not scanned while every slot is busy', async () => {
  const scheduler = startScheduler();
  let nLooks = 0;
  const jobs = Array.from({ length: 40 }, () => {
    const { job, heard } = recorded();
    const counted: Job = {
      onEvent: job.onEvent,
      get task() {
        nLooks++;
        return job.task;
      },
    };
    return { job: counted, heard };
  });
  for (const { job } of jobs) scheduler.submit(job);
  await expect.poll(() => jobs.at(-1)?.heard.at(-1)).toBe('finished');
  // A few scans happen when each of them starts, over the jobs behind it.
  expect(nLooks).toBeLessThan(3 * jobs.length ** 2);
  await scheduler.close();
});

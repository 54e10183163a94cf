import { expect, it } from 'vitest';
import { type FakeDevice, FakeGpu } from '../gpu/fakeGpu.ts';
import type { Incident } from '../report/index.ts';
import { Bench } from './bench.ts';
import { Gate } from './gate.ts';
import type { Finding, Job } from './job.ts';
import { runJobs } from './runJobs.ts';

/** WebGPU that returns a new device every time, as browsers do. */
function manyDevices() {
  const devices: FakeDevice[] = [];
  const gpu = {
    requestAdapter() {
      const fake = new FakeGpu();
      devices.push(fake.device);
      return fake.requestAdapter();
    },
  };
  return { devices, gpu: gpu as unknown as GPU };
}

function control(id: string, run: (bench: Bench) => Promise<unknown>, limitMs = 1000): Job {
  const named = { id, kernel: 'none', fault: 'none' };
  return {
    ...{ id, part: 'controls', limitMs, weight: 1 },
    run: async bench => {
      await run(bench);
      return [{ part: 'controls', entry: { ...named, status: 'success' } }];
    },
    failed: failure => [{ part: 'controls', entry: { ...named, ...failure } }],
  };
}

async function runAll(jobs: readonly Job[], gpu: GPU, gate = new Gate()) {
  const findings: Finding[] = [];
  const incidents: Incident[] = [];
  const bench = new Bench({ shaders: new Map(), base: new URL('http://localhost/'), repetitions: 1, gpu });
  await runJobs(jobs, bench, gate, {
    begin() {},
    found: (_, found) => findings.push(...found),
    incident: incident => incidents.push(incident),
  });
  const statuses = findings.map(({ entry }) => ('status' in entry ? entry.status : ''));
  return { statuses, incidents: incidents.map(({ what, caseId }) => [what, caseId]) };
}

const fine = (id: string) => control(id, bench => bench.gpu());
const hangs = () => new Promise(() => {});

it('shares one device as long as it is sound', async () => {
  const { devices, gpu } = manyDevices();
  expect(await runAll([fine('a'), fine('b')], gpu)).toEqual({
    statuses: ['success', 'success'],
    incidents: [],
  });
  expect(devices).toHaveLength(1);
});

it('continues with another device after one was lost', async () => {
  const { devices, gpu } = manyDevices();
  const loses = control('b', async bench => {
    await bench.gpu();
    devices[0].lose('out of breath');
    await hangs();
  });
  expect(await runAll([fine('a'), loses, fine('c')], gpu)).toEqual({
    statuses: ['success', 'device-lost', 'success'],
    incidents: [['device-lost', 'b']],
  });
  expect(devices).toHaveLength(2);
});

it('continues with another device after one was destroyed by other code', async () => {
  const { devices, gpu } = manyDevices();
  const destroyed = control('b', async bench => {
    await bench.own();
    devices[0].destroy();
    throw new Error('a buffer was unmapped');
  });
  expect(await runAll([destroyed, fine('c')], gpu)).toMatchObject({ statuses: ['device-lost', 'success'] });
});

it('does not trust a device that refused work', async () => {
  const { devices, gpu } = manyDevices();
  const invalid = control('b', async bench => {
    await bench.gpu();
    devices[0].refuseWork('no such binding');
  });
  expect(await runAll([fine('a'), invalid, fine('c')], gpu)).toEqual({
    statuses: ['success', 'error', 'success'],
    incidents: [['error', 'b']],
  });
  expect(devices).toHaveLength(2);
});

it('does not wait for a job that hangs', async () => {
  const { devices, gpu } = manyDevices();
  const hanging = control('b', async bench => [await bench.gpu(), await hangs()], 10);
  expect(await runAll([hanging, fine('c')], gpu)).toEqual({
    statuses: ['timeout', 'success'],
    incidents: [['timeout', 'b']],
  });
  expect(devices).toHaveLength(2);
});

it('ends when it is stopped, and records that', async () => {
  const { gpu } = manyDevices();
  const gate = new Gate();
  const stops = control('b', async () => {
    gate.stop();
    await hangs();
  });
  expect(await runAll([fine('a'), stops, fine('c')], gpu, gate)).toEqual({
    statuses: ['success'],
    incidents: [['stopped', undefined]],
  });
});

it('waits while it is paused', async () => {
  const { gpu } = manyDevices();
  const gate = new Gate();
  let isPaused = false;
  const pauses = control('a', async () => {
    gate.setPaused(true);
    isPaused = true;
    setTimeout(() => {
      isPaused = false;
      gate.setPaused(false);
    }, 20);
  });
  const checks = control('b', async () => {
    if (isPaused) throw new Error('it did not wait');
  });
  expect(await runAll([pauses, checks], gpu, gate)).toEqual({
    statuses: ['success', 'success'],
    incidents: [['paused', undefined]],
  });
});

it('discards timings from a hidden tab, and waits until the tab is visible', async () => {
  const { gpu } = manyDevices();
  const gate = new Gate();
  const hides: Job = {
    ...control('a', async () => {
      gate.setHidden(true);
      setTimeout(() => gate.setHidden(false), 20);
    }),
    part: 'speed.limits',
  };
  expect(await runAll([hides, fine('b')], gpu, gate)).toEqual({
    statuses: ['visibility-interrupted', 'success'],
    incidents: [
      ['visibility-interrupted', 'a'],
      ['visibility-interrupted', undefined],
    ],
  });
});

import { expect, it } from 'vitest';
import { countCalls, zeroCounts } from './counters.ts';
import { FakeDevice } from './fakeGpu.ts';

it('counts every call of a device and of the objects that it creates', async () => {
  const device = new FakeDevice(Number.POSITIVE_INFINITY).asDevice();
  const counts = countCalls(device);
  expect(counts).toEqual(zeroCounts());

  const [buffer] = [64, 64, 64].map(size => device.createBuffer({ size, usage: 0 }));
  const layout = device.createBindGroupLayout({ entries: [] });
  device.createBindGroup({ layout, entries: [] });
  const module = device.createShaderModule({ code: '' });
  await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  for (let step = 0; step < 2; step++) {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (let i = 0; i < 5; i++) pass.dispatchWorkgroups(1);
    pass.end();
    for (let i = 0; i < 3; i++) device.queue.writeBuffer(buffer, 0, new Uint32Array(1));
    device.queue.submit([encoder.finish()]);
    await buffer.mapAsync(1);
    buffer.getMappedRange(0, 16);
  }

  const mapping = buffer.mapAsync(1);
  device.queue.submit([]);
  await mapping;

  expect(counts).toEqual({
    dispatches: 10,
    passes: 2,
    submits: 3,
    submitsAhead: 1,
    readbacks: 3,
    bytesReadBack: 32,
    buffersCreated: 3,
    bindGroupsCreated: 1,
    pipelinesCreated: 1,
    writeBufferCalls: 6,
  });
});

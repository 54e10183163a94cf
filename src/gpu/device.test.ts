import { describe, expect, it } from 'vitest';
import { openGpu } from './device.ts';
import { FakeGpu, type FakeGpuOptions } from './fakeGpu.ts';

/** Placeholder: Node has no `GPUBufferUsage`, and the fake ignores the flags. */
const ANY_USAGE = 0;

async function open(options: FakeGpuOptions = {}) {
  const fake = new FakeGpu(options);
  return { gpu: await openGpu(new Map(), { gpu: fake.asGpu() }), device: fake.device };
}

/** Lets all pending work finish. */
const settled = () => new Promise(resolve => setTimeout(resolve));

describe('opening a GPU', () => {
  it('is refused where the browser has no WebGPU', async () => {
    await expect(openGpu(new Map())).rejects.toMatchObject({
      code: 'no_webgpu',
      message: expect.stringContaining('offers no WebGPU'),
    });
  });

  it('is refused without an adapter', async () => {
    await expect(open({ hasAdapter: false })).rejects.toMatchObject({
      code: 'no_webgpu',
      message: expect.stringContaining('no adapter answered'),
    });
  });

  it('is refused with the adapter’s message if it gives no device', async () => {
    await expect(open({ refusal: new Error('busy') })).rejects.toMatchObject({
      code: 'no_webgpu',
      message: expect.stringContaining('busy'),
    });
  });
});

describe('the size of a buffer', () => {
  it("is limited by the adapter's limits, not by WebGPU's defaults", async () => {
    const { gpu } = await open({ limits: { maxBufferSize: 2 ** 31, maxStorageBufferBindingSize: 2 ** 30 } });
    expect(() => gpu.createBuffer('the cache', 2 ** 30, ANY_USAGE)).not.toThrow();
    expect(() => gpu.createBuffer('the cache', 2 ** 30 + 4, ANY_USAGE)).toThrow(
      expect.objectContaining({
        code: 'device_limits',
        message: expect.stringMatching(/the cache needs 1073741828 bytes .* allows 1073741824;/),
        details: { neededBytes: 2 ** 30 + 4, limitBytes: 2 ** 30 },
      }),
    );
  });

  it('is checked before the buffer is created', async () => {
    const { gpu } = await open();
    expect(() => gpu.createBuffer('the cache', 2 ** 27 + 4, ANY_USAGE)).toThrow('the cache needs');
    expect(gpu.allocatedBytes).toBe(0);
  });

  it('counts as allocated until the buffer is destroyed', async () => {
    const { gpu } = await open();
    const buffer = gpu.createBuffer('a', 64, ANY_USAGE);
    gpu.createBuffer('b', 16, ANY_USAGE);
    expect(gpu.allocatedBytes).toBe(80);
    gpu.destroyBuffer(buffer);
    gpu.destroyBuffer(buffer);
    expect(gpu.allocatedBytes).toBe(16);
  });
});

describe('allocating', () => {
  it('returns the allocation if there is memory', async () => {
    const { gpu, device } = await open({ memoryBytes: 100 });
    const buffer = await gpu.allocating('a model', () => gpu.createBuffer('a', 100, ANY_USAGE));
    expect(buffer.size).toBe(100);
    expect(device.nOpenScopes).toBe(0);
  });

  it('throws with the numbers if there is none', async () => {
    const { gpu } = await open({ memoryBytes: 100 });
    const allocated = gpu.allocating('a model', () => {
      gpu.createBuffer('a', 64, ANY_USAGE);
      gpu.createBuffer('b', 64, ANY_USAGE);
    });
    await expect(allocated).rejects.toMatchObject({
      code: 'out_of_memory',
      message: expect.stringMatching(/no memory for a model: no memory left; 128 bytes/),
      details: { allocatedBytes: 128 },
    });
  });

  it('leaves no error scope open when it fails otherwise', async () => {
    const { gpu, device } = await open();
    const allocated = gpu.allocating('a model', () => gpu.createBuffer('a', 2 ** 40, ANY_USAGE));
    await expect(allocated).rejects.toMatchObject({ code: 'device_limits' });
    expect(device.nOpenScopes).toBe(0);
  });
});

describe('the fault', () => {
  it('is null at first and after close', async () => {
    const { gpu } = await open();
    expect(gpu.fault).toBeNull();
    gpu.close();
    await settled();
    expect(gpu.fault).toBeNull();
  });

  it('is `device_lost`, with the reason, after the device was lost', async () => {
    const { gpu, device } = await open();
    device.lose('unplugged');
    expect(await gpu.lost).toMatchObject({
      code: 'device_lost',
      message: expect.stringContaining('unplugged'),
    });
    expect(gpu.fault).toBe(await gpu.lost);
  });

  it('is the first work that the device refused', async () => {
    const { gpu, device } = await open();
    device.refuseWork('buffer too small');
    device.refuseWork('as a consequence');
    expect(gpu.fault).toMatchObject({
      code: 'internal',
      message: expect.stringContaining('buffer too small'),
    });
  });
});

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Recorder } from './dispatch.ts';
import { FakeDevice } from './fakeGpu.ts';
import { type KernelSpec, PipelineCache } from './pipelines.ts';

const ANY_USAGE = 0;
const SOURCES = new Map([
  ['add.wgsl', ''],
  ['mul.wgsl', ''],
]);

beforeAll(() => void vi.stubGlobal('GPUShaderStage', { COMPUTE: 4 }));
afterAll(() => void vi.unstubAllGlobals());

function kernel(shader: string, workgroups: KernelSpec['workgroups'] = [1, 1, 1]): KernelSpec {
  return {
    shader,
    parameters: null,
    tuned: [],
    tile: 1,
    defines: {},
    overrides: {},
    bindings: ['read', 'write'],
    workgroups,
  };
}

function start() {
  const device = new FakeDevice(Number.POSITIVE_INFINITY).asDevice();
  const [a, b] = ['a', 'b'].map(label => device.createBuffer({ label, size: 4, usage: ANY_USAGE }));
  return { a, b, recorder: new Recorder(device, new PipelineCache(device, SOURCES)) };
}

describe('preparing calls', () => {
  it.each([[[65536, 1, 1]], [[1, 65536, 1]], [[1, 1, 65536]]] as const)(
    'refuses the grid %j, with the numbers',
    async workgroups => {
      const { a, b, recorder } = start();
      const prepared = recorder.prepare([{ spec: kernel('add', workgroups), buffers: [a, b] }]);
      await expect(prepared).rejects.toMatchObject({
        code: 'device_limits',
        message: expect.stringMatching(/add.* needs 65536 workgroups .* allows 65535/),
        details: { needed: 65536, limit: 65535 },
      });
    },
  );

  it('accepts the widest grid that WebGPU allows', async () => {
    const { a, b, recorder } = start();
    const spec = kernel('add', [65535, 65535, 65535]);
    const [dispatch] = await recorder.prepare([{ spec, buffers: [a, b] }]);
    expect(dispatch?.workgroups).toEqual([65535, 65535, 65535]);
  });

  it('shares a bind group between calls with exactly the same buffers, whatever the kernel', async () => {
    const { a, b, recorder } = start();
    const [add, mul, swapped] = await recorder.prepare([
      { spec: kernel('add'), buffers: [a, b] },
      { spec: kernel('mul'), buffers: [a, b] },
      { spec: kernel('add'), buffers: [b, a] },
    ]);
    expect(mul?.bindGroup).toBe(add?.bindGroup);
    expect(swapped?.bindGroup).not.toBe(add?.bindGroup);
    const [later] = await recorder.prepare([{ spec: kernel('mul'), buffers: [a, b] }]);
    expect(later?.bindGroup).toBe(add?.bindGroup);
  });

  it('compiles a kernel once', async () => {
    const { a, b, recorder } = start();
    const [first, second, other] = await recorder.prepare([
      { spec: kernel('add'), buffers: [a, b] },
      { spec: kernel('add', [2, 1, 1]), buffers: [b, a] },
      { spec: kernel('mul'), buffers: [a, b] },
    ]);
    expect(second?.pipeline).toBe(first?.pipeline);
    expect(other?.pipeline).not.toBe(first?.pipeline);
  });
});

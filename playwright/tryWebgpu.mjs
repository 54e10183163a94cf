// @ts-check

/**
 * Requests an adapter and computes with it. Runs in a page, so it refers to nothing outside of itself.
 *
 * @param {GPURequestAdapterOptions} options
 */
export async function tryWebgpu(options) {
  if (!navigator.gpu) return { kind: /** @type {const} */ ('no-webgpu') };
  const adapter = await navigator.gpu.requestAdapter(options);
  if (!adapter) return { kind: /** @type {const} */ ('no-adapter') };
  const { vendor, architecture, device: deviceName, description, isFallbackAdapter } = adapter.info;

  // One workgroup of 64 invocations; integers, so that the numbers are the same on every adapter.
  const code = `
    @group(0) @binding(0) var<storage, read_write> result: array<u32, 64>;
    @compute @workgroup_size(64) fn main(@builtin(local_invocation_index) i: u32) {
      result[i] = ((i + 1u) * 2654435761u) ^ (i << 7u);
    }`;
  const expected = (/** @type {number} */ i) => (Math.imul(i + 1, 2654435761) ^ (i << 7)) >>> 0;
  const SIZE = 64 * Uint32Array.BYTES_PER_ELEMENT;

  try {
    const device = await adapter.requestDevice();
    let isDone = false;
    const lost = device.lost.then(({ reason, message }) => {
      // The `destroy()` below also ends here.
      if (!isDone) throw new Error(`the device was lost (${reason}): ${message}`);
    });
    const work = async () => {
      device.pushErrorScope('validation');
      const module = device.createShaderModule({ code });
      const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module } });
      const result = device.createBuffer({
        size: SIZE,
        usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC,
      });
      const readback = device.createBuffer({
        size: SIZE,
        usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      });
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(
        0,
        device.createBindGroup({
          layout: pipeline.getBindGroupLayout(0),
          entries: [{ binding: 0, resource: { buffer: result } }],
        }),
      );
      pass.dispatchWorkgroups(1);
      pass.end();
      encoder.copyBufferToBuffer(result, 0, readback, 0, SIZE);
      device.queue.submit([encoder.finish()]);
      const error = await device.popErrorScope();
      if (error) throw error;
      await readback.mapAsync(GPUMapMode.READ);
      const numbers = new Uint32Array(readback.getMappedRange());
      const wrong = numbers.findIndex((value, i) => value !== expected(i));
      if (wrong !== -1) {
        throw new Error(`it computed ${numbers[wrong]} instead of ${expected(wrong)} (value ${wrong} of 64)`);
      }
    };
    await Promise.race([work(), lost]);
    isDone = true;
    device.destroy();
  } catch (error) {
    const name = `the adapter (${[vendor, architecture, description].filter(Boolean).join(' ') || 'unnamed'})`;
    return {
      kind: /** @type {const} */ ('failed'),
      adapter: name,
      message: error instanceof Error || error instanceof GPUError ? error.message : String(error),
    };
  }

  /** @type {Record<string, number>} */
  const limits = {};
  // Copy limits: they are getters of a prototype.
  for (const name in adapter.limits) {
    const value = Reflect.get(adapter.limits, name);
    if (typeof value === 'number') limits[name] = value;
  }
  const features = [...adapter.features].sort();
  return {
    kind: /** @type {const} */ ('works'),
    adapter: { vendor, architecture, device: deviceName, description, isFallbackAdapter, features, limits },
  };
}

// Compiles a list of kernels with Dawn, one after the other: one process per GPU, which runs inside the unpacked C library. The
// driver's figures are written by statsDriver.c; this prints the order and the failures, one line of JSON per kernel.
// Usage: node host.mjs DAWN JOB    JOB: a file {kernels, toggles, out}
import { existsSync, readFileSync, writeSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const LIMITS = [
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxStorageBuffersPerShaderStage',
];
const FEATURES = ['subgroups', 'shader-f16'];

const [dawn, jobFile] = process.argv.slice(2);
const { kernels, toggles, out } = JSON.parse(readFileSync(jobFile, 'utf8'));
const { create, globals } = await import(pathToFileURL(dawn).href);
Object.assign(globalThis, globals);

// Dawn ends with whoever holds it.
const gpu = create(['backend=vulkan', ...toggles]);
const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
if (!adapter) throw new Error('no adapter: the driver does not take this GPU for one of its own');
say({ adapter: { name: adapter.info.device, description: adapter.info.description } });
const device = await adapter.requestDevice({
  requiredFeatures: FEATURES.filter(feature => adapter.features.has(feature)),
  requiredLimits: Object.fromEntries(LIMITS.map(limit => [limit, adapter.limits[limit]])),
});
for (const [index, kernel] of kernels.entries()) {
  const before = lines().length;
  device.pushErrorScope('validation');
  try {
    await compile(kernel);
    await device.popErrorScope();
    const statistics = lines().slice(before).at(-1);
    say(
      statistics
        ? { index, compiled: JSON.parse(statistics) }
        : { index, error: 'the driver states no figures' },
    );
  } catch (error) {
    const said = await device.popErrorScope();
    say({ index, error: String(said?.message ?? error.message ?? error).slice(0, 400) });
  }
}
process.exit(0);

async function compile({ code, constants, bindings }) {
  const layout = bindings
    ? device.createPipelineLayout({
        bindGroupLayouts: [device.createBindGroupLayout({ entries: bindings.map(entry) })],
      })
    : 'auto';
  const module = device.createShaderModule({ code });
  await device.createComputePipelineAsync({ layout, compute: { module, entryPoint: 'main', constants } });
}

function entry(use, binding) {
  const type = use === 'read' ? 'read-only-storage' : 'storage';
  return { binding, visibility: GPUShaderStage.COMPUTE, buffer: { type } };
}

function lines() {
  return existsSync(out) ? readFileSync(out, 'utf8').split('\n').filter(Boolean) : [];
}

function say(what) {
  writeSync(1, `${JSON.stringify(what)}\n`);
}

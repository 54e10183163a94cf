import type { Provenance } from '../report/index.ts';
import { ForetokenError } from '../util/errors.ts';
import { isFallbackAdapter } from '../util/fallbackAdapter.mjs';
import { browserOf } from './browser.ts';
import { digestOfText } from './digest.ts';

/** Additional information in browsers with WebGPU's developer features. */
interface DeveloperInfo {
  readonly driver?: string;
  readonly backend?: string;
  readonly type?: string;
  readonly memoryHeaps?: readonly { readonly size: number; readonly properties: number }[];
}

/** Flags of `GPUHeapProperty`, in order of their bits. */
const HEAP_PROPERTIES = ['device-local', 'host-visible', 'host-coherent', 'host-uncached', 'host-cached'];

/** Provenance that is known before the run. */
export type KnownProvenance = Omit<Provenance, 'models' | 'visibility' | 'thermalDrift' | 'clock'>;

/** Collects everything that may explain different results on another machine. Throws `no_webgpu`. */
export async function readProvenance(
  shaders: ReadonlyMap<string, string>,
  flags: readonly string[],
): Promise<KnownProvenance> {
  const { gpu } = navigator;
  const adapter = await gpu?.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) {
    const what = gpu ? 'no adapter answered' : 'this browser offers no WebGPU here';
    const remedy = 'use a current Chrome, Edge, Safari 26 or Firefox, over https or on localhost';
    throw new ForetokenError('no_webgpu', `${what}; ${remedy}`);
  }
  const hashes = [...shaders].map(async ([file, text]): Promise<[string, string]> => {
    return [file.replace(/\.wgsl$/, ''), await digestOfText(text)];
  });
  return {
    foretoken: {
      version: import.meta.env.FORETOKEN_VERSION,
      commit: import.meta.env.FORETOKEN_COMMIT,
    },
    ...(await browserOf(navigator)),
    adapter: describeAdapter(adapter),
    features: [...adapter.features].sort(),
    limits: limitsOf(adapter.limits),
    wgslLanguageFeatures: [...(gpu.wgslLanguageFeatures ?? [])].sort(),
    shaders: Object.fromEntries((await Promise.all(hashes)).sort()),
    flags: [...flags],
  };
}

function describeAdapter(adapter: GPUAdapter): Provenance['adapter'] {
  const info: GPUAdapterInfo & DeveloperInfo = adapter.info;
  const { driver, backend, type, memoryHeaps } = info;
  const { subgroupMinSize, subgroupMaxSize } = info;
  return {
    vendor: info.vendor,
    architecture: info.architecture,
    device: info.device,
    description: info.description,
    isFallbackAdapter: isFallbackAdapter(info),
    ...(driver && { driver }),
    ...(backend && { backend }),
    ...(type && { type }),
    ...(memoryHeaps && {
      memoryHeaps: memoryHeaps.map(({ size, properties }) => ({
        size,
        properties: HEAP_PROPERTIES.filter((_, bit) => (properties >> bit) & 1),
      })),
    }),
    ...(subgroupMinSize && { subgroupMinSize }),
    ...(subgroupMaxSize && { subgroupMaxSize }),
  };
}

/** Copies limits: they are getters of a prototype. */
function limitsOf(limits: GPUSupportedLimits): Record<string, number> {
  const found: Record<string, number> = {};
  for (const name in limits) {
    const value: unknown = Reflect.get(limits, name);
    if (typeof value === 'number') found[name] = value;
  }
  return found;
}

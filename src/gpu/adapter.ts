import { ForetokenError } from '../util/errors.ts';
import { isFallbackAdapter } from '../util/fallbackAdapter.mjs';

/** Adapter as it describes itself. */
export interface AdapterDescription {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  readonly isFallback: boolean;
  readonly features: readonly string[];
  /** Fewest invocations of a subgroup; 0 without subgroups. */
  readonly subgroupSize: number;
}

/** Adapter with the limits that decide which models fit. */
export interface AdapterLimits {
  readonly report: AdapterDescription;
  /** Size of the largest buffer that can be created and bound. */
  readonly maxBufferBytes: number;
  /** Most workgroups of a dispatch in a dimension. */
  readonly maxWorkgroups: number;
}

/**
 * Limits to raise to the adapter's values, because they decide which models fit. The defaults of the others suffice for the
 * kernels.
 */
export const RAISED_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
] as const satisfies readonly (keyof GPUSupportedLimits)[];

/** WebGPU's default of a limit that is not raised. */
const DEFAULT_MAX_WORKGROUPS = 65_535;

/** Requests the preferred adapter. Throws `no_webgpu` if there is none. */
export async function requestAdapter(
  entry = (globalThis.navigator as Navigator | undefined)?.gpu,
): Promise<GPUAdapter> {
  if (!entry) {
    throw new ForetokenError(
      'no_webgpu',
      'this browser offers no WebGPU here; use a current Chrome, Edge, Safari 26 or Firefox, over https or on localhost',
    );
  }
  const adapter = await entry.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter) return adapter;
  throw new ForetokenError(
    'no_webgpu',
    'WebGPU is there but no adapter answered: the GPU or its driver is blocked; the browser says why (chrome://gpu, about:support), and Chromium takes --enable-unsafe-webgpu',
  );
}

/** Limits that a device of the adapter would have, without opening one. */
export function limitsOf(adapter: GPUAdapter): AdapterLimits {
  return {
    report: describeAdapter(adapter),
    maxBufferBytes: largestBuffer(adapter.limits),
    maxWorkgroups: DEFAULT_MAX_WORKGROUPS,
  };
}

export function describeAdapter({ info, features }: GPUAdapter): AdapterDescription {
  const { vendor, architecture, description, subgroupMinSize = 0 } = info;
  return {
    vendor,
    architecture,
    description,
    isFallback: isFallbackAdapter(info),
    features: [...features].sort(),
    subgroupSize: features.has('subgroups') ? subgroupMinSize : 0,
  };
}

/** Size of the largest buffer within the limits that a kernel can bind. */
export function largestBuffer({
  maxBufferSize,
  maxStorageBufferBindingSize,
}: Pick<GPUSupportedLimits, (typeof RAISED_LIMITS)[number]>): number {
  return Math.min(maxBufferSize, maxStorageBufferBindingSize);
}

/** Error for a buffer that is too large to be created and bound, with the numbers and the remedy; null if it is not. */
export function sizeError(
  label: string,
  sizeBytes: number,
  limitBytes: number,
  remedy = 'use a smaller model or context',
): ForetokenError | null {
  if (sizeBytes <= limitBytes) return null;
  return new ForetokenError(
    'device_limits',
    `${label} needs ${sizeBytes} bytes in one buffer, but this adapter allows ${limitBytes}; ${remedy}`,
    { neededBytes: sizeBytes, limitBytes },
  );
}

import type {
  Fixtures,
  PlaywrightTestArgs,
  PlaywrightTestOptions,
  PlaywrightWorkerArgs,
  PlaywrightWorkerOptions,
} from 'playwright/test';

/** Requirements of the tests on the adapter. */
export interface WebgpuOptions {
  /**
   * Whether the adapter may be a fallback adapter, which computes in software. `allow` accepts any adapter; `require` makes
   * Chromium use SwiftShader, even if there is a GPU, and fails on anything else; `refuse` fails on a fallback adapter. Default
   * `allow`.
   */
  readonly fallbackAdapter?: 'allow' | 'require' | 'refuse';
  /** Value for `requestAdapter()`; the browser chooses by default. */
  readonly powerPreference?: 'low-power' | 'high-performance';
  /** Features that the adapter must have, such as `shader-f16`. Default none. */
  readonly requiredFeatures?: readonly string[];
}

/** Adapter that was tried before the first test. */
export interface Adapter {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** Also true for Chromium's SwiftShader, which does not always set it. */
  readonly isFallbackAdapter: boolean;
  /** Features in alphabetical order. */
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
}

/**
 * Kind of a fault. `null-adapter`: `requestAdapter()` gave null. `lost-device`: a device was lost, and not by its `destroy()`.
 * `uncaptured-error`: an error that no error scope captured, such as a failed validation.
 */
export type WebgpuFaultKind = 'null-adapter' | 'lost-device' | 'uncaptured-error';

/** WebGPU fault in a page or a worker. */
export interface WebgpuFault {
  readonly kind: WebgpuFaultKind;
  readonly message: string;
  /** Address of the page or of the worker's script. */
  readonly where: string;
}

/** Option of `test.use`. */
export interface WebgpuTestOptions {
  /** Faults that do not fail the test, for tests that cause them. Default none. */
  readonly allowedWebgpuFaults: readonly WebgpuFaultKind[];
}

/** Fixture of a worker. */
export interface WebgpuWorkerFixtures {
  /** Requirements of the tests on the adapter. */
  readonly webgpu: WebgpuOptions;
  /** Adapter of the browser, after a successful computation and readback. */
  readonly adapter: Adapter;
}

/**
 * Fixtures of `foretoken/playwright`, for `test.extend()`. They do not import Playwright, so they also work if this package would
 * resolve another copy of Playwright than the tests do.
 */
export const webgpuFixtures: Fixtures<
  WebgpuTestOptions,
  WebgpuWorkerFixtures,
  PlaywrightTestArgs & PlaywrightTestOptions,
  PlaywrightWorkerArgs & PlaywrightWorkerOptions
>;

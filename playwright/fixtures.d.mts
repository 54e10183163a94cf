import type {
  Fixtures,
  PlaywrightTestArgs,
  PlaywrightTestOptions,
  PlaywrightWorkerArgs,
  PlaywrightWorkerOptions,
} from 'playwright/test';

/** What the tests ask of the adapter. */
export interface WebgpuOptions {
  /**
   * Whether the adapter may be a fallback one, which is in software: `allow` takes what there is; `require` has Chromium
   * use SwiftShader, also beside a GPU, and fails on anything else; `refuse` fails on it. Default `allow`.
   */
  readonly fallbackAdapter?: 'allow' | 'require' | 'refuse';
  /** As `requestAdapter()` takes it; the browser chooses by default. */
  readonly powerPreference?: 'low-power' | 'high-performance';
  /** Features such as `shader-f16` that the adapter has to have. Default none. */
  readonly requiredFeatures?: readonly string[];
}

/** The adapter that was tried before the first test. */
export interface Adapter {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** Also true for Chromium's SwiftShader where it does not say so itself. */
  readonly isFallbackAdapter: boolean;
  /** In alphabetical order. */
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
}

/**
 * `null-adapter`: `requestAdapter()` gave null. `lost-device`: a device was lost, and not by its `destroy()`.
 * `uncaptured-error`: an error that no error scope captured, such as a failed validation.
 */
export type WebgpuFaultKind = 'null-adapter' | 'lost-device' | 'uncaptured-error';

/** Something that went wrong in a page or a worker. */
export interface WebgpuFault {
  readonly kind: WebgpuFaultKind;
  readonly message: string;
  /** Address of the page or of the worker's script. */
  readonly where: string;
}

export interface WebgpuTestOptions {
  /** Faults that do not fail the test, for tests that bring them about. Default none. */
  readonly allowedWebgpuFaults: readonly WebgpuFaultKind[];
}

export interface WebgpuWorkerFixtures {
  /** What the tests ask of the adapter. */
  readonly webgpu: WebgpuOptions;
  /** The adapter that the browser gives: it has computed something and read it back. */
  readonly adapter: Adapter;
}

/**
 * The fixtures of `foretoken/playwright`, for `test.extend()`. They import no Playwright, so they also serve where this
 * package would find another copy of Playwright than the tests do.
 */
export const webgpuFixtures: Fixtures<
  WebgpuTestOptions,
  WebgpuWorkerFixtures,
  PlaywrightTestArgs & PlaywrightTestOptions,
  PlaywrightWorkerArgs & PlaywrightWorkerOptions
>;

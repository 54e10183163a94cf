/**
 * Whether an adapter computes in software. Written in JavaScript because the Playwright fixtures use it without a compiler.
 *
 * @param {{ readonly architecture: string, readonly isFallbackAdapter: boolean }} info as `GPUAdapterInfo` has them
 */
export function isFallbackAdapter({ architecture, isFallbackAdapter }) {
  // Chromium's own software adapter does not always set `isFallbackAdapter`.
  return isFallbackAdapter || architecture === 'swiftshader';
}

/**
 * Whether an adapter computes in software. JavaScript, because the Playwright fixtures use it where nothing compiles.
 *
 * @param {{ readonly architecture: string, readonly isFallbackAdapter: boolean }} info as `GPUAdapterInfo` has them
 */
export function isFallbackAdapter({ architecture, isFallbackAdapter }) {
  // Chromium's own software adapter does not always say so.
  return isFallbackAdapter || architecture === 'swiftshader';
}

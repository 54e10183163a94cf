/** Flags that enable WebGPU without a GPU (SwiftShader). */
export const WEBGPU_FLAGS: readonly string[];
/** Flags that enable WebGPU without a GPU and disable the browser's own network requests. */
export function chromiumFlags(): string[];
/** Path of the Chromium on this machine, if there is one. */
export function findChromium(): string | null;
/** Path of a Chromium, installed if there is none; throws if that fails. */
export function ensureChromium(): string;

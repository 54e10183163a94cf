/** Flags that give WebGPU without a GPU (SwiftShader). */
export const WEBGPU_FLAGS: readonly string[];
/** Flags that give WebGPU without a GPU and keep the browser from calling home. */
export function chromiumFlags(): string[];
/** Path of the Chromium on this machine, if there is one. */
export function findChromium(): string | null;
/** Path of a Chromium, installed where there was none; throws where that fails. */
export function ensureChromium(): string;

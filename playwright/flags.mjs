// @ts-check
import { WEBGPU_FLAGS } from '../bin/chromium.mjs';

/**
 * Adds the flags that enable WebGPU without a GPU to the user's launch options. The user's flags take precedence.
 *
 * @param {import('playwright/test').LaunchOptions} launchOptions
 * @param {import('./fixtures.mjs').WebgpuOptions} webgpu
 * @returns {import('playwright/test').LaunchOptions}
 */
export function withWebgpuFlags(launchOptions, { fallbackAdapter = 'allow' }) {
  const chosen = launchOptions.args ?? [];
  const isChosen = (/** @type {string} */ flag) => chosen.some(arg => nameOf(arg) === nameOf(flag));
  const ours = [
    ...WEBGPU_FLAGS,
    // Without it Chromium prefers a GPU if there is one.
    ...(fallbackAdapter === 'require' ? ['--use-webgpu-adapter=swiftshader'] : []),
  ];
  return { ...launchOptions, args: [...chosen, ...ours.filter(flag => !isChosen(flag))] };
}

/** @param {string} flag @returns {string | undefined} without its value */
function nameOf(flag) {
  return flag.split('=', 1)[0];
}

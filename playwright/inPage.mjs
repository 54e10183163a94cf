// @ts-check
// Functions that run in pages and workers. Each is sent as text, so it refers to nothing outside of itself; what they share is
// one property of the global scope.

/**
 * @typedef {import('./fixtures.mjs').WebgpuFault} WebgpuFault
 * @typedef {object} Shared
 * @property {WebgpuFault[]} waiting faults that were not collected yet
 * @property {(() => void) | null} wake called when there is one
 * @property {Set<Promise<unknown>>} sending faults on their way to the test
 * @property {Set<WeakRef<GPUDevice>>} devices
 * @typedef {typeof globalThis & { __foretokenWebgpu?: Shared }} Scope
 */

/** Makes WebGPU's own objects report their faults. */
export function installWatch() {
  /** @type {Scope} */
  const scope = globalThis;
  // Without WebGPU, e.g. on an insecure page, there is nothing to watch.
  if (typeof GPU === 'undefined' || scope.__foretokenWebgpu) return;
  /** @type {Shared} */
  const shared = { waiting: [], wake: null, sending: new Set(), devices: new Set() };
  Object.defineProperty(scope, '__foretokenWebgpu', { value: shared });
  const known = new WeakSet();
  // A page has this function from the test; a worker has none.
  const send = Reflect.get(scope, '__foretokenWebgpuFault');

  /** @param {import('./fixtures.mjs').WebgpuFaultKind} kind @param {string} message */
  const report = (kind, message) => {
    const fault = { kind, message, where: location.href };
    if (typeof send === 'function') {
      /** @type {Promise<unknown>} */
      const sent = send(fault)
        .catch(() => {})
        .finally(() => shared.sending.delete(sent));
      shared.sending.add(sent);
      return;
    }
    shared.waiting.push(fault);
    shared.wake?.();
  };

  /** @param {GPUDevice} device */
  const adopt = device => {
    if (known.has(device)) return;
    known.add(device);
    // A weak reference, so that the watch does not keep a device from being collected.
    const reference = new WeakRef(device);
    shared.devices.add(reference);
    void device.lost.then(({ reason, message }) => {
      shared.devices.delete(reference);
      if (reason !== 'destroyed') report('lost-device', message || 'no reason given');
    });
    device.addEventListener('uncapturederror', ({ error }) => {
      report('uncaptured-error', `${error.constructor.name}: ${error.message}`);
    });
  };

  const { requestAdapter } = GPU.prototype;
  GPU.prototype.requestAdapter = async function (options) {
    const adapter = await requestAdapter.call(this, options);
    if (!adapter)
      report('null-adapter', `requestAdapter(${options ? JSON.stringify(options) : ''}) gave null`);
    return adapter;
  };

  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (descriptor) {
    const device = await requestDevice.call(this, descriptor);
    adopt(device);
    return device;
  };

  if ('document' in scope) return;
  // If this is installed late, a worker has its device already, but needs one of these methods to use it.
  for (const name of ['createBuffer', 'createTexture', 'createShaderModule', 'createCommandEncoder']) {
    const method = Reflect.get(GPUDevice.prototype, name);
    Reflect.set(
      GPUDevice.prototype,
      name,
      /** @this {GPUDevice} @param {unknown[]} args */
      function (...args) {
        adopt(this);
        return method.apply(this, args);
      },
    );
  }
}

/** Resolves to the faults of a worker, as soon as there are some. @returns {Promise<WebgpuFault[]>} */
export async function nextFaults() {
  /** @type {Scope} */
  const scope = globalThis;
  const shared = scope.__foretokenWebgpu;
  // Nothing to watch: a promise that never resolves ends with the worker.
  if (!shared) return new Promise(() => {});
  if (shared.waiting.length === 0) {
    await new Promise(resolve => {
      shared.wake = () => resolve(undefined);
    });
  }
  shared.wake = null;
  return shared.waiting.splice(0);
}

/**
 * Waits until all devices have finished the submitted work, and the resulting faults have been sent.
 *
 * @param {number} limitMs
 * @returns {Promise<WebgpuFault[]>} faults that were not yet collected
 */
export async function settleDevices(limitMs) {
  /** @type {Scope} */
  const scope = globalThis;
  const shared = scope.__foretokenWebgpu;
  if (!shared) return [];
  const done = Promise.allSettled(
    [...shared.devices].map(device => device.deref()?.queue.onSubmittedWorkDone()),
  );
  const limit = new Promise(resolve => {
    setTimeout(resolve, limitMs);
  });
  // A lost device finishes, too; its loss is reported a moment later.
  await Promise.race([done.then(() => new Promise(resolve => setTimeout(resolve))), limit]);
  await Promise.race([Promise.all(shared.sending), limit]);
  return shared.waiting.splice(0);
}

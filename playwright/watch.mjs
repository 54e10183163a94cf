// @ts-check
import { installWatch, nextFaults, settleDevices } from './inPage.mjs';
import { BLOB_WORKERS, watchWorkerScripts } from './workerScripts.mjs';

/**
 * @typedef {import('./fixtures.mjs').WebgpuFault} WebgpuFault
 * @typedef {import('playwright/test').BrowserContext} BrowserContext
 * @typedef {import('playwright/test').Page} Page
 * @typedef {import('playwright/test').Worker} Worker
 */

/** Name of the function in a page that receives its faults; `installWatch` uses the same name. */
const BINDING = '__foretokenWebgpuFault';
/** Longest wait for a busy page. */
const SETTLE_LIMIT_MS = 3000;

/** Collects the WebGPU faults in the pages of one browser and in their workers. */
export class Watch {
  /** @type {import('./fixtures.mjs').Adapter | null} the adapter found when the browser was launched */
  adapter = null;
  /** @type {WebgpuFault[]} */
  #faults = [];
  /** @type {Set<BrowserContext>} */
  #contexts = new Set();
  /** @type {Map<Page, Promise<void>>} */
  #pages = new Map();
  /** @type {Set<Worker>} */
  #workers = new Set();

  /**
   * Watches a context. Await it before the context's first page opens an address.
   *
   * @param {BrowserContext} context
   */
  async observe(context) {
    this.#contexts.add(context);
    context.once('close', () => this.#contexts.delete(context));
    context.on('page', page => void this.#observePage(page));
    context.on('serviceworker', worker => void this.#observeWorker(worker));
    await context.exposeBinding(BINDING, (_, fault) => {
      this.#faults.push(fault);
    });
    await context.addInitScript(installWatch);
    await context.addInitScript(BLOB_WORKERS);
    const newPage = context.newPage.bind(context);
    context.newPage = async () => {
      const page = await newPage();
      await this.#observePage(page);
      return page;
    };
  }

  /** @param {BrowserContext} context */
  observes(context) {
    return this.#contexts.has(context);
  }

  /** Waits until the GPU has finished the work that open pages and workers have submitted, so that their faults are known. */
  async settle() {
    const pages = [...this.#contexts].flatMap(context => context.pages());
    const answers = [
      ...pages.flatMap(page => page.frames()).map(frame => frame.evaluate(settleDevices, SETTLE_LIMIT_MS)),
      ...[...this.#workers].map(worker => worker.evaluate(settleDevices, SETTLE_LIMIT_MS)),
    ];
    await Promise.all(
      answers.map(async answer => {
        // A page that navigates or closes meanwhile reports no more faults.
        const settled = answer.catch(() => []);
        this.#faults.push(...(await Promise.race([settled, nothingAfter(SETTLE_LIMIT_MS)])));
      }),
    );
  }

  /** Returns the faults since the last call. */
  take() {
    return this.#faults.splice(0);
  }

  /**
   * Watches each page once. A popup is known only by its event; a page of `newPage()` has an event and is awaited as well.
   *
   * @param {Page} page
   */
  #observePage(page) {
    const known = this.#pages.get(page);
    if (known) return known;
    page.once('close', () => this.#pages.delete(page));
    page.on('worker', worker => void this.#observeWorker(worker));
    // Fails in browsers other than Chromium, which have no session, and for a popup that has closed.
    const observed = watchWorkerScripts(page).catch(() => {});
    this.#pages.set(page, observed);
    return observed;
  }

  /** @param {Worker} worker */
  async #observeWorker(worker) {
    this.#workers.add(worker);
    worker.once('close', () => this.#workers.delete(worker));
    try {
      // Install late, if the worker's script could not bring the watch along.
      await worker.evaluate(installWatch);
      // Workers have no bindings, so poll them.
      for (;;) this.#faults.push(...(await worker.evaluate(nextFaults)));
    } catch {
      // The worker has ended.
    }
  }
}

/**
 * Throws if there are faults.
 *
 * @param {readonly WebgpuFault[]} faults
 * @param {string} when
 */
export function checkFaults(faults, when) {
  if (faults.length === 0) return;
  const lines = faults.map(({ kind, message, where }) => `  ${kind} in ${where}: ${message}`);
  const kinds = [...new Set(faults.map(({ kind }) => `'${kind}'`))].join(', ');
  throw new Error(
    `WebGPU failed ${faults.length} ${faults.length === 1 ? 'time' : 'times'} ${when}:\n${lines.join('\n')}\n` +
      `A test that means to bring this about says so: test.use({ allowedWebgpuFaults: [${kinds}] })`,
  );
}

/** @param {number} ms @returns {Promise<WebgpuFault[]>} */
function nothingAfter(ms) {
  return new Promise(resolve => {
    setTimeout(() => resolve([]), ms).unref();
  });
}

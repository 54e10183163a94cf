import type { Gpu } from '../gpu/device.ts';
import { choicesAmong, type Knob, knobsFor } from '../gpu/knobs.ts';
import { kernelKey } from '../gpu/pipelines.ts';
import type { Tune } from '../model/loadModel.ts';
import type { PlanInputs } from '../model/plan.ts';
import { type Autotuned, autotune } from '../model/tune/autotune.ts';
import { largestProducts, timeLargestProducts } from '../model/tune/largestProducts.ts';
import type { AutotuneReport, TuningReport } from '../protocol/serverReport.ts';
import type { TuningStore } from './tuningStore.ts';

/** Time limit of the measurements for all models of one load, in milliseconds. */
const BUDGET_MS = 1000;

/**
 * Chooses the fastest kernel variants among those with identical results, for all models of a device. Choices are stored by
 * adapter, browser and shapes of the products, and reused at later loads.
 */
export class Autotuner {
  readonly #gpu: Gpu;
  readonly #store: TuningStore;
  readonly #agent: string;
  readonly #tunings: TuningReport[] = [];
  #ms = 0;

  /** `agent` names the browser, because compilers differ between browsers. */
  constructor(gpu: Gpu, store: TuningStore, agent: string) {
    this.#gpu = gpu;
    this.#store = store;
    this.#agent = agent;
  }

  /** Callback for `LoadOptions`. */
  readonly tune: Tune = async inputs => {
    const begin = performance.now();
    const knobs = knobsFor(inputs.tuning, this.#gpu.report.subgroupSize);
    const key = this.#keyOf(inputs, knobs);
    const kept = choicesAmong(knobs, await this.#store.get(key));
    const tuned = kept ? { choices: kept, trials: [] } : await this.#measure(inputs, knobs, begin);
    if (!kept) await this.#store.set(key, tuned.choices);
    this.#ms += performance.now() - begin;
    this.#tunings.push({ source: kept ? 'stored' : 'measured', ...tuned });
    return { ...inputs.tuning, ...tuned.choices };
  };

  report(): AutotuneReport {
    return { ms: Math.round(this.#ms), tunings: this.#tunings };
  }

  #measure(inputs: PlanInputs, knobs: readonly Knob[], begin: number): Promise<Autotuned> {
    const leftMs = Math.max(0, BUDGET_MS - this.#ms - (performance.now() - begin));
    const signal = AbortSignal.timeout(Math.floor(leftMs));
    return autotune(inputs.tuning, knobs, timeLargestProducts(this.#gpu, inputs), signal);
  }

  /**
   * The key does not change with the kernels' code. After an update a stored choice may no longer be the fastest, but it is still
   * correct.
   */
  #keyOf(inputs: PlanInputs, knobs: readonly Knob[]): string {
    const { vendor, architecture, description, features } = this.#gpu.report;
    const names = knobs.map(({ name }) => name);
    const products = largestProducts(inputs, names, 1).map(({ spec }) => kernelKey(spec));
    const adapter = [vendor, architecture, description, ...features];
    return [...adapter, this.#agent, ...products, JSON.stringify(inputs.tuning)].join('|');
  }
}

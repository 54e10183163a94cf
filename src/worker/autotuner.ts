import type { Gpu } from '../gpu/device.ts';
import { choicesAmong, type Knob, knobsFor } from '../gpu/knobs.ts';
import { kernelKey } from '../gpu/pipelines.ts';
import type { Tune } from '../model/loadModel.ts';
import type { PlanInputs } from '../model/plan.ts';
import { type Autotuned, autotune } from '../model/tune/autotune.ts';
import { largestProducts, timeLargestProducts } from '../model/tune/largestProducts.ts';
import type { AutotuneReport, TuningReport } from '../protocol/options.ts';
import type { TuningStore } from './tuningStore.ts';

/** Milliseconds for all models of one load together. */
const BUDGET_MS = 1000;

/**
 * Chooses what no bit depends on by what is fastest on the device, for all models that are loaded on it. What was measured once
 * on an adapter, in a browser, for products of these shapes, is taken from the store from then on.
 */
export class Autotuner {
  readonly #gpu: Gpu;
  readonly #store: TuningStore;
  readonly #agent: string;
  readonly #tunings: TuningReport[] = [];
  #ms = 0;

  /** `agent` names the browser, whose compilers differ. */
  constructor(gpu: Gpu, store: TuningStore, agent: string) {
    this.#gpu = gpu;
    this.#store = store;
    this.#agent = agent;
  }

  /** For `LoadOptions`. */
  readonly tune: Tune = async inputs => {
    const begin = performance.now();
    const knobs = knobsFor(inputs.tuning, this.#gpu.report.features);
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

  /** Of a build with other kernels a choice may be kept that is no longer fastest: it is still right. */
  #keyOf(inputs: PlanInputs, knobs: readonly Knob[]): string {
    const { vendor, architecture, description, features } = this.#gpu.report;
    const names = knobs.map(({ name }) => name);
    const products = largestProducts(inputs, names, 1).map(({ spec }) => kernelKey(spec));
    const adapter = [vendor, architecture, description, ...features];
    return [...adapter, this.#agent, ...products, JSON.stringify(inputs.tuning)].join('|');
  }
}

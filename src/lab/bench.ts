import { changedShaders, type ShaderChange } from '../conformance/shaderChange.ts';
import { type Gpu, openGpu } from '../gpu/device.ts';
import type { Failure, Provenance } from '../report/index.ts';
import { failureOf } from './failure.ts';
import { LabModels } from './models.ts';

/** Number and interval of attempts to open a new device after one was lost: the GPU process needs a moment to restart. */
const ATTEMPTS = 4;
const BETWEEN_ATTEMPTS_MS = 500;

export interface BenchOptions {
  readonly shaders: ReadonlyMap<string, string>;
  /** Location of `models/` and the goldens. */
  readonly base: URL;
  readonly repetitions: number;
  /** WebGPU entry point; the browser's own by default. */
  readonly gpu?: GPU;
}

/**
 * Devices for jobs: one that they share as long as it is sound, and others that a job owns. A device that was lost, refused work
 * or hangs is abandoned, and the next job gets a new one.
 */
export class Bench {
  readonly shaders: ReadonlyMap<string, string>;
  readonly models: LabModels;
  readonly base: URL;
  readonly repetitions: number;
  /** Clock of the timings, once it is chosen. */
  clock: Provenance['clock'] = 'wall';
  readonly #entry: GPU | undefined;
  #shared: Gpu | null = null;
  readonly #open = new Set<Gpu>();
  #loss: Failure | null = null;
  #onLoss: ((failure: Failure) => void) | null = null;

  constructor({ shaders, base, repetitions, gpu }: BenchOptions) {
    this.#entry = gpu;
    this.shaders = shaders;
    this.base = base;
    this.models = new LabModels(base);
    this.repetitions = repetitions;
  }

  /** Device that jobs share. Throws `no_webgpu` if there is none. */
  async gpu(): Promise<Gpu> {
    this.#shared ??= await this.#reopened();
    return this.#shared;
  }

  /** Opens a device for this job only, with a changed shader or with a feature that slows down other jobs. */
  async own(
    options: { readonly change?: ShaderChange; readonly feature?: GPUFeatureName } = {},
  ): Promise<Gpu> {
    const { change = null, feature } = options;
    return this.#watched(
      await openGpu(changedShaders(this.shaders, change), {
        gpu: this.#entry,
        features: feature ? [feature] : [],
      }),
    );
  }

  /** Closes a job's own device before the job ends. */
  release(gpu: Gpu): void {
    this.#close(gpu);
  }

  /** Resolves when a device in use is lost. */
  loss(): Promise<Failure> {
    if (this.#loss) return Promise.resolve(this.#loss);
    return new Promise(resolve => {
      this.#onLoss = resolve;
    });
  }

  /** Ends a job: closes its own devices and returns the fault of the shared one, which is then closed too. */
  settle(): Failure | null {
    const fault = this.#loss ?? (this.#shared?.fault ? failureOf(this.#shared.fault) : null);
    for (const gpu of this.#open) if (fault || gpu !== this.#shared) this.#close(gpu);
    if (fault) this.#shared = null;
    this.#loss = null;
    this.#onLoss = null;
    return fault;
  }

  /** Abandons all devices, whatever they are doing. */
  discard(): void {
    for (const gpu of this.#open) this.#close(gpu);
    this.#shared = null;
    this.settle();
  }

  async #reopened(): Promise<Gpu> {
    for (let attempt = 1; ; attempt++) {
      try {
        return this.#watched(await openGpu(this.shaders, { gpu: this.#entry }));
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
        await new Promise(resolve => setTimeout(resolve, BETWEEN_ATTEMPTS_MS));
      }
    }
  }

  #watched(gpu: Gpu): Gpu {
    this.#open.add(gpu);
    void gpu.device.lost.then(({ message }) => {
      // Closed by this class.
      if (!this.#open.has(gpu)) return;
      const why = message || 'no reason given';
      this.#loss = { status: 'device-lost', message: `the GPU device was lost: ${why}` };
      this.#onLoss?.(this.#loss);
    });
    return gpu;
  }

  #close(gpu: Gpu): void {
    this.#open.delete(gpu);
    gpu.close();
  }
}

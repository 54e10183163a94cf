import { changedShaders, type ShaderChange } from '../conformance/shaderChange.ts';
import { type Gpu, openGpu } from '../gpu/device.ts';
import type { Failure, Provenance } from '../report/index.ts';
import { failureOf } from './failure.ts';
import { LabModels } from './models.ts';

/** How often, and how far apart, a new device is asked for after one was lost: a GPU process needs a moment to come back. */
const ATTEMPTS = 4;
const BETWEEN_ATTEMPTS_MS = 500;

export interface BenchOptions {
  readonly shaders: ReadonlyMap<string, string>;
  /** Where `models/` and the goldens are. */
  readonly base: URL;
  readonly repetitions: number;
  /** WebGPU's entry; the browser's own by default. */
  readonly gpu?: GPU;
}

/**
 * What jobs work on: one device that they share as long as it is sound, and others that a job has to itself. A device that was
 * lost, refused work or hangs is given up, and the next job gets another.
 */
export class Bench {
  readonly shaders: ReadonlyMap<string, string>;
  readonly models: LabModels;
  readonly base: URL;
  readonly repetitions: number;
  /** What timings are taken with, once it is known. */
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

  /** The device that jobs share. Throws `no_webgpu` where none can be had. */
  async gpu(): Promise<Gpu> {
    this.#shared ??= await this.#reopened();
    return this.#shared;
  }

  /** A device of the job's own, which ends with it: with a shader changed, or with a feature that slows others down. */
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

  /** Closes a device of the job's own before the job ends. */
  release(gpu: Gpu): void {
    this.#close(gpu);
  }

  /** Resolves when a device that is in use is lost. */
  loss(): Promise<Failure> {
    if (this.#loss) return Promise.resolve(this.#loss);
    return new Promise(resolve => {
      this.#onLoss = resolve;
    });
  }

  /** Ends a job: its own devices are closed. What is wrong with the shared one is told, and then that is closed too. */
  settle(): Failure | null {
    const fault = this.#loss ?? (this.#shared?.fault ? failureOf(this.#shared.fault) : null);
    for (const gpu of this.#open) if (fault || gpu !== this.#shared) this.#close(gpu);
    if (fault) this.#shared = null;
    this.#loss = null;
    this.#onLoss = null;
    return fault;
  }

  /** Gives up all devices, whatever they do. */
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
      // Closed by us.
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

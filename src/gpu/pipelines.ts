import { ForetokenError } from '../util/errors.ts';
import { type Defines, preprocess } from './preprocess.ts';
import type { Tuning } from './tuning.ts';

/** Use of a buffer by a kernel. */
export type BufferUse = 'read' | 'write';

/**
 * Compiled form of a kernel and its grid. `defines` select the variant (weight type, rows per tile), `overrides` set the sizes.
 * Values that change from step to step are in the step buffer.
 */
export interface KernelSpec<P = unknown> {
  /** File below `shaders/`, without its extension; named after the ggml op. */
  readonly shader: string;
  /** Sizes and choices from which the fields below are derived. */
  readonly parameters: P;
  /** Knobs of the tuning that change this kernel. */
  readonly tuned: readonly (keyof Tuning)[];
  /** Rows of the batch that a workgroup processes at a time. */
  readonly tile: number;
  readonly defines: Defines;
  readonly overrides: Readonly<Record<string, number>>;
  /** Use of binding 0, 1, …, as the shader declares them. */
  readonly bindings: readonly BufferUse[];
  readonly workgroups: readonly [number, number, number];
}

/** Identifies a pipeline: cache key, label and bench row, e.g. `mul_mat[EPILOGUE=add,M=4,WEIGHT=Q4_0](BLOCKS=8,N=256)`. */
export function kernelKey(spec: KernelSpec): string {
  return `${spec.shader}[${entries(spec.defines)}](${entries(spec.overrides)})`;
}

function entries(values: Readonly<Record<string, string | number>>): string {
  return Object.keys(values)
    .sort()
    .map(name => `${name}=${values[name]}`)
    .join(',');
}

/** Kernel that the adapter's compiler refuses. */
export class CompileError extends ForetokenError {
  readonly spec: KernelSpec;

  constructor(spec: KernelSpec, reason: string, cause: unknown) {
    const kernel = kernelKey(spec);
    super(
      'shader_error',
      `kernel ${kernel} does not compile on this adapter: ${reason}`,
      { kernel, shader: spec.shader },
      { cause },
    );
    this.spec = spec;
  }
}

export interface Pipeline {
  readonly key: string;
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  /** Compiled text, after preprocessing. */
  readonly code: string;
}

interface Module {
  readonly code: string;
  readonly module: GPUShaderModule;
}

/** Compiles each kernel once. */
export class PipelineCache {
  readonly #device: GPUDevice;
  readonly #sources: ReadonlyMap<string, string>;
  readonly #modules = new Map<string, Module>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();
  readonly #pipelines = new Map<string, Promise<Pipeline>>();

  constructor(device: GPUDevice, sources: ReadonlyMap<string, string>) {
    this.#device = device;
    this.#sources = sources;
  }

  /** Compiles asynchronously, off the calling thread. Throws a `CompileError` with the compiler's message. */
  get(spec: KernelSpec): Promise<Pipeline> {
    const key = kernelKey(spec);
    let pipeline = this.#pipelines.get(key);
    if (!pipeline) {
      pipeline = this.#compile(key, spec);
      this.#pipelines.set(key, pipeline);
    }
    return pipeline;
  }

  async #compile(key: string, spec: KernelSpec): Promise<Pipeline> {
    const { code, module } = this.#module(spec);
    const layout = this.#layout(spec.bindings);
    try {
      const pipeline = await this.#device.createComputePipelineAsync({
        label: key,
        layout: this.#device.createPipelineLayout({ label: key, bindGroupLayouts: [layout] }),
        compute: { module, entryPoint: 'main', constants: { ...spec.overrides } },
      });
      return { key, pipeline, layout, code };
    } catch (cause) {
      const messages = (await module.getCompilationInfo()).messages
        .filter(message => message.type === 'error')
        .map(message => `line ${message.lineNum}: ${message.message}`);
      throw new CompileError(spec, messages.join('; ') || String(cause), cause);
    }
  }

  #module(spec: KernelSpec): Module {
    const label = `${spec.shader}[${entries(spec.defines)}]`;
    let compiled = this.#modules.get(label);
    if (!compiled) {
      const code = preprocess(`${spec.shader}.wgsl`, this.#sources, spec.defines);
      // The pipeline reports an error in the module; it must not also count as work that the device refused.
      this.#device.pushErrorScope('validation');
      compiled = { code, module: this.#device.createShaderModule({ label, code }) };
      this.#device.popErrorScope().catch(() => {});
      this.#modules.set(label, compiled);
    }
    return compiled;
  }

  #layout(bindings: readonly BufferUse[]): GPUBindGroupLayout {
    const label = bindings.join(',');
    let layout = this.#layouts.get(label);
    if (!layout) {
      layout = this.#device.createBindGroupLayout({
        label,
        entries: bindings.map((use, binding) => ({
          binding,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: use === 'read' ? 'read-only-storage' : 'storage' },
        })),
      });
      this.#layouts.set(label, layout);
    }
    return layout;
  }
}

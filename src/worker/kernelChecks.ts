import { type KernelResult, selfTest } from '../conformance/selfTest.ts';
import type { Gpu } from '../gpu/device.ts';
import { type KernelSpec, kernelKey } from '../gpu/pipelines.ts';
import type { CheckKernels, KernelFault } from '../model/tune/checkedPlan.ts';
import type { KernelReport, SelfTestReport } from '../protocol/serverReport.ts';
import { ForetokenError } from '../util/errors.ts';

/** Self-test of the kernels of all models on one device. Tries each kernel once and collects the results. */
export class KernelChecks {
  readonly #gpu: Gpu;
  readonly #results = new Map<string, KernelResult>();
  readonly #replaced: string[] = [];
  #ms = 0;

  constructor(gpu: Gpu) {
    this.#gpu = gpu;
  }

  /** Callback for `LoadOptions`. */
  readonly check: CheckKernels = async kernels => {
    const untried = kernels.filter(spec => !this.#results.has(kernelKey(spec)));
    const begin = performance.now();
    const results = untried.length > 0 ? await selfTest(this.#gpu, untried) : [];
    this.#ms += performance.now() - begin;
    for (const result of results) this.#results.set(kernelKey(result.spec), result);
    const faults = kernels.flatMap(spec => this.#faultOf(spec));
    // The caller replaces these kernels, or fails.
    this.#replaced.push(...faults.map(({ error }) => error.message));
    return faults;
  };

  report(): SelfTestReport {
    const variants = new Map<string, KernelReport>();
    for (const { spec, nmse, fault } of this.#results.values()) {
      if (fault !== null) continue;
      const variant = kernelKey({ ...spec, overrides: {} }).slice(spec.shader.length, -'()'.length);
      const before = variants.get(spec.shader + variant);
      variants.set(spec.shader + variant, {
        kernel: spec.shader,
        variant: variant.slice(1, -1),
        nPipelines: (before?.nPipelines ?? 0) + 1,
        nmse: nmse === null ? (before?.nmse ?? null) : Math.max(nmse, before?.nmse ?? 0),
      });
    }
    return {
      ms: Math.round(this.#ms),
      kernels: [...variants.values()].sort((a, b) => (a.kernel + a.variant < b.kernel + b.variant ? -1 : 1)),
      replaced: this.#replaced,
    };
  }

  #faultOf(spec: KernelSpec): KernelFault[] {
    const { fault = null, nmse = null } = this.#results.get(kernelKey(spec)) ?? {};
    if (fault === null) return [];
    const { vendor, architecture, description } = this.#gpu.report;
    const adapter = [vendor, architecture, description].filter(word => word !== '').join(' ');
    const kernel = kernelKey(spec);
    const error = new ForetokenError(
      'shader_error',
      `kernel ${kernel} computes wrong results on ${adapter || 'this adapter'}: ${fault}; update the browser and the graphics driver, or use another adapter`,
      { kernel, shader: spec.shader, adapter, ...(nmse !== null && { nmse }) },
    );
    return [{ spec, error }];
  }
}

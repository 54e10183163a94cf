interface FakeLimits {
  readonly maxBufferSize: number;
  readonly maxStorageBufferBindingSize: number;
  readonly maxComputeWorkgroupsPerDimension: number;
}

/** WebGPU's default limits, which a device gets unless it requests more. */
const DEFAULT_LIMITS: FakeLimits = {
  maxBufferSize: 2 ** 28,
  maxStorageBufferBindingSize: 2 ** 27,
  maxComputeWorkgroupsPerDimension: 65535,
};

export interface FakeGpuOptions {
  /** False simulates a blocked driver. */
  readonly hasAdapter?: boolean;
  /** Limits of the adapter above the defaults. */
  readonly limits?: Partial<FakeLimits>;
  /** Error with which the adapter refuses a device. */
  readonly refusal?: Error;
  /** Total memory; allocations beyond it fail. */
  readonly memoryBytes?: number;
}

/** GPU for tests in Node: computes nothing, and fails on request. Implements only the calls that this folder makes. */
export class FakeGpu {
  readonly #options: FakeGpuOptions;
  readonly device: FakeDevice;

  constructor(options: FakeGpuOptions = {}) {
    this.#options = options;
    this.device = new FakeDevice(options.memoryBytes ?? Number.POSITIVE_INFINITY);
  }

  asGpu(): GPU {
    return this as unknown as GPU;
  }

  async requestAdapter() {
    const { hasAdapter = true, limits, refusal } = this.#options;
    if (!hasAdapter) return null;
    return {
      info: { vendor: 'fake', architecture: '', description: '', isFallbackAdapter: false },
      features: new Set<string>(),
      limits: { ...DEFAULT_LIMITS, ...limits },
      requestDevice: async ({ requiredLimits }: { readonly requiredLimits: Partial<FakeLimits> }) => {
        if (refusal) throw refusal;
        this.device.limits = { ...DEFAULT_LIMITS, ...requiredLimits };
        return this.device;
      },
    };
  }
}

export class FakeDevice extends EventTarget {
  limits = DEFAULT_LIMITS;
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  readonly queue = { writeBuffer() {}, submit() {} };
  /** Number of open error scopes. */
  nOpenScopes = 0;
  #freeBytes: number;
  #lose: (info: { readonly reason: string; readonly message: string }) => void = () => {};

  constructor(memoryBytes: number) {
    super();
    this.#freeBytes = memoryBytes;
    this.lost = new Promise(resolve => {
      this.#lose = resolve;
    });
  }

  asDevice(): GPUDevice {
    return this as unknown as GPUDevice;
  }

  /** Loses the device, as a crashing driver does. */
  lose(message: string): void {
    this.#lose({ reason: 'unknown', message });
  }

  /** Reports a validation error, as an invalid call does. */
  refuseWork(message: string): void {
    this.dispatchEvent(Object.assign(new Event('uncapturederror'), { error: { message } }));
  }

  destroy(): void {
    this.#lose({ reason: 'destroyed', message: '' });
  }

  pushErrorScope(): void {
    this.nOpenScopes++;
  }

  async popErrorScope() {
    this.nOpenScopes--;
    return this.#freeBytes < 0 ? { message: 'no memory left' } : null;
  }

  createBuffer({ label, size }: { readonly label: string; readonly size: number }) {
    this.#freeBytes -= size;
    return {
      label,
      size,
      async mapAsync() {},
      getMappedRange: (_offset: number, bytes: number) => new ArrayBuffer(bytes),
      destroy: () => {
        this.#freeBytes += size;
      },
    };
  }

  createShaderModule() {
    return {};
  }

  createBindGroupLayout({ label }: { readonly label: string }) {
    return { label };
  }

  createPipelineLayout() {
    return {};
  }

  async createComputePipelineAsync({ label }: { readonly label: string }) {
    return { label };
  }

  createBindGroup({ label }: { readonly label: string }) {
    return { label };
  }

  createCommandEncoder() {
    return {
      beginComputePass: () => ({ setPipeline() {}, setBindGroup() {}, dispatchWorkgroups() {}, end() {} }),
      finish: () => ({}),
    };
  }
}

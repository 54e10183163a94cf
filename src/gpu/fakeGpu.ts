interface FakeLimits {
  readonly maxBufferSize: number;
  readonly maxStorageBufferBindingSize: number;
  readonly maxComputeWorkgroupsPerDimension: number;
}

/** What WebGPU guarantees, and a device gets unless it asks for more. */
const DEFAULT_LIMITS: FakeLimits = {
  maxBufferSize: 2 ** 28,
  maxStorageBufferBindingSize: 2 ** 27,
  maxComputeWorkgroupsPerDimension: 65535,
};

export interface FakeGpuOptions {
  /** False where the driver is blocked. */
  readonly hasAdapter?: boolean;
  /** What the adapter has above the default. */
  readonly limits?: Partial<FakeLimits>;
  /** Why the adapter gives no device. */
  readonly refusal?: Error;
  /** Buffers beyond this are out of memory. */
  readonly memoryBytes?: number;
}

/** A GPU for tests in Node: it computes nothing, and fails when it is told to. Only what the code of this folder calls. */
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
  /** Error scopes that were opened and not closed. */
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

  /** What a driver that gives up does. */
  lose(message: string): void {
    this.#lose({ reason: 'unknown', message });
  }

  /** What a call does that WebGPU finds invalid. */
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

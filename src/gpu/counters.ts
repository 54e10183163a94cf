/**
 * Counts WebGPU calls by shadowing methods on one device, its queue and the objects that they create. The counts are exact on
 * every adapter and independent of its speed. For benchmarks; nothing is shadowed unless asked for.
 */
export interface CallCounts {
  dispatches: number;
  passes: number;
  submits: number;
  /** Submits made while an earlier one was being read back, so that the GPU did not wait for the CPU. */
  submitsAhead: number;
  readbacks: number;
  bytesReadBack: number;
  buffersCreated: number;
  bindGroupsCreated: number;
  pipelinesCreated: number;
  writeBufferCalls: number;
}

export function zeroCounts(): CallCounts {
  return {
    dispatches: 0,
    passes: 0,
    submits: 0,
    submitsAhead: 0,
    readbacks: 0,
    bytesReadBack: 0,
    buffersCreated: 0,
    bindGroupsCreated: 0,
    pipelinesCreated: 0,
    writeBufferCalls: 0,
  };
}

/** Shadows the counted methods of `device`; the returned counts grow from then on. */
export function countCalls(device: GPUDevice): CallCounts {
  const counts = zeroCounts();
  let nMapping = 0;
  after(device, 'createBuffer', buffer => {
    counts.buffersCreated++;
    after(buffer, 'mapAsync', mapping => {
      counts.readbacks++;
      nMapping++;
      const settled = () => {
        nMapping--;
      };
      mapping.then(settled, settled);
    });
    after(buffer, 'getMappedRange', range => {
      counts.bytesReadBack += range.byteLength;
    });
  });
  after(device, 'createBindGroup', () => {
    counts.bindGroupsCreated++;
  });
  after(device, 'createComputePipeline', () => {
    counts.pipelinesCreated++;
  });
  after(device, 'createComputePipelineAsync', () => {
    counts.pipelinesCreated++;
  });
  after(device.queue, 'writeBuffer', () => {
    counts.writeBufferCalls++;
  });
  after(device.queue, 'submit', () => {
    counts.submits++;
    if (nMapping > 0) counts.submitsAhead++;
  });
  after(device, 'createCommandEncoder', encoder => {
    after(encoder, 'beginComputePass', pass => {
      counts.passes++;
      after(pass, 'dispatchWorkgroups', () => {
        counts.dispatches++;
      });
    });
  });
  return counts;
}

type MethodOf<T> = { [K in keyof T]: T[K] extends (...args: never[]) => unknown ? K : never }[keyof T];
type ResultOf<F> = F extends (...args: never[]) => infer R ? R : never;

/** Makes `object[method]` call `observe` with its result. */
function after<T extends object, K extends MethodOf<T>>(
  object: T,
  method: K,
  observe: (result: ResultOf<T[K]>) => void,
): void {
  const original = object[method] as (...args: unknown[]) => ResultOf<T[K]>;
  const counted = (...args: unknown[]) => {
    const result = original.apply(object, args);
    observe(result);
    return result;
  };
  Object.defineProperty(object, method, { value: counted, configurable: true });
}

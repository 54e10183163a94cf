import { type PreparedRun, prepareRuns, type Run } from '../../conformance/run.ts';
import type { Gpu } from '../../gpu/device.ts';
import type { Dispatch } from '../../gpu/dispatch.ts';

/** Size of all copies of large inputs together: four times the largest cache of a GPU. */
const BYTES = 384 * 2 ** 20;
const BYTES_SOFTWARE = 8 * 2 ** 20;
const MOST_COPIES = 256;
/** Smaller inputs, such as a batch's rows, are in a cache for models too. */
const LEAST_BYTES = 64 * 2 ** 10;

type Place = PreparedRun['places'][number];

/**
 * Prepares, for each run, dispatches that take turns at copies of its large inputs. Together these exceed the caches, so that
 * every dispatch reads them from memory, as a step of a model does. Runs with the same contents share the copies. All dispatches
 * of a run write the same results, so that each waits for the one before, like the kernels of a layer.
 */
export async function inTurn(gpu: Gpu, runs: readonly Run[]): Promise<Dispatch[][]> {
  const { prepared } = await prepareRuns(gpu, runs);
  const copied = new Set(prepared.flatMap((run, i) => largeInputs(run, runs[i])));
  const bytes = [...copied].reduce((sum, { size }) => sum + size, 0);
  const wanted = gpu.report.isFallback ? BYTES_SOFTWARE : BYTES;
  const nCopies = bytes === 0 ? 1 : Math.min(MOST_COPIES, Math.ceil(wanted / bytes));

  const encoder = gpu.device.createCommandEncoder();
  const copies = new Map([...copied].map(place => [place, copiesOf(gpu, place, nCopies - 1, encoder)]));
  gpu.device.queue.submit([encoder.finish()]);
  return Promise.all(
    prepared.map(async ({ dispatch, places }, i) => {
      const { layout } = await gpu.pipelines.get(runs[i].spec);
      const further = Array.from({ length: nCopies - 1 }, (_, copy): Dispatch => {
        const entries = places.map((place, binding) => {
          const buffer = copies.get(place)?.[copy];
          return { binding, resource: buffer ? { buffer } : place };
        });
        return { ...dispatch, bindGroup: gpu.device.createBindGroup({ layout, entries }) };
      });
      return [dispatch, ...further];
    }),
  );
}

function largeInputs({ places }: PreparedRun, { spec }: Run): Place[] {
  return places.filter(({ size }, i) => spec.bindings[i] === 'read' && size >= LEAST_BYTES);
}

function copiesOf(
  gpu: Gpu,
  { buffer, offset, size }: Place,
  count: number,
  encoder: GPUCommandEncoder,
): GPUBuffer[] {
  return Array.from({ length: count }, () => {
    const copy = gpu.createBuffer('copied inputs', size, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST);
    encoder.copyBufferToBuffer(buffer, offset, copy, 0, size);
    return copy;
  });
}

import type { Analysis } from './assembly/analyse.ts';
import { bytesOf, type Counts, repeatInner } from './assembly/counts.ts';
import { type GpuModel, slotsOf } from './gpus.ts';
import type { Product } from './kernel.ts';

/** Work of a matrix product per weight, and how it compares with the memory that the weight is read from. */
export interface Rates {
  /** Weights of one trip of the hot loop. */
  readonly weightsPerTrip: number;
  /** Arithmetic instructions of the hot loop. */
  readonly aluPerWeight: number;
  /** Issue slots of the whole kernel: what is outside the loop is spread over its trips. */
  readonly slotsPerWeight: number;
  /** Bytes that loads bring to registers, activations included. */
  readonly bytesPerWeight: number;
  /** Time of the slots at full rate over the time that memory takes: above 1 the kernel cannot reach the bandwidth. */
  readonly aluOverMemory: number;
  /** The same for the bytes at the assumed rate of the first-level cache. */
  readonly fillOverMemory: number;
  /** Share of multiply-adds among the hot loop's instructions. */
  readonly multiplyAdds: number;
}

/** Most multiply-adds that unpack a weight; those of scales are among them. */
const UNPACKING = 1.55;
/** Allows for a compiler that turned some multiply-adds into plain products. */
const ROUNDING = 1.06;

/** Rates of a product; null where there is no loop to tell them from, because a compiler unrolled it whole. */
export function ratesOf(gpu: GpuModel, product: Product, { all, loops, hot: inner }: Analysis): Rates | null {
  if (!inner || inner.fma < product.rows / 8) return null;
  const innerWeights = weightsOf(product, inner);
  // Some compilers leave a loop over a part of a block, within that over blocks.
  const outer = inner.parent === null ? null : loops[inner.parent];
  const parts = (32 * product.weightRows) / innerWeights;
  const isPart =
    outer !== null &&
    parts > 1 &&
    bytesOf(outer.loads) + bytesOf(outer.constants) > bytesOf(inner.loads) + bytesOf(inner.constants);
  const hot = isPart ? repeatInner(outer, inner, parts) : inner;
  const weights = isPart ? 32 * product.weightRows : innerWeights;
  const trips = product.weightsPerInvocation / weights;
  // A kernel may have a loop for each number of rows, of which one runs: the others are no overhead.
  const others = loops.filter(loop => loop.isInnermost && loop !== inner && loop.fma > inner.fma / 5);
  const counted = [isPart ? outer : inner, ...others].reduce((sum, loop) => sum + slotsOf(gpu, loop), 0);
  const rest = Math.max(0, slotsOf(gpu, all) - counted);
  const slotsPerWeight = slotsOf(gpu, hot) / weights + rest / (weights * trips);
  const bytesPerWeight = bytesOf(hot.loads) / weights;
  const perSecond = 1e9 * gpu.ghz * gpu.cores;
  const memorySeconds = product.weightBytes / (1e9 * gpu.gbps);
  return {
    weightsPerTrip: weights,
    aluPerWeight: rounded(hot.alu / weights),
    slotsPerWeight: rounded(slotsPerWeight),
    bytesPerWeight: rounded(bytesPerWeight),
    aluOverMemory: rounded(slotsPerWeight / (perSecond * gpu.lanes) / memorySeconds),
    fillOverMemory: rounded(bytesPerWeight / (perSecond * gpu.fill) / memorySeconds),
    multiplyAdds: rounded(hot.fma / (hot.instructions - hot.sync)),
  };
}

/**
 * Weights of a trip. A trip has a power of two of them, and one multiply-add for each and for each row; unpacking takes at most
 * `UNPACKING` more. If that leaves a choice, the trip's loads decide: the weights, with the activations or without.
 */
function weightsOf({ rows, weightBytes, weightRows }: Product, loop: Counts): number {
  const most = 2 ** Math.floor(Math.log2((ROUNDING * loop.fma) / rows));
  const least = loop.fma / (rows + UNPACKING);
  const loaded = bytesOf(loop.loads);
  if (loaded === 0 || most / 2 < least) return most;
  const distance = (weights: number) => {
    const own = weights * weightBytes;
    const activations = (4 * rows * weights) / weightRows;
    return Math.min(...[own, own + activations].map(bytes => Math.abs(Math.log(loaded / bytes))));
  };
  return distance(most / 2) < distance(most) ? most / 2 : most;
}

function rounded(x: number): number {
  return Number(x.toPrecision(3));
}

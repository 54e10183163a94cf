import type { Activation } from '../architectures/index.ts';
import { activate } from './blocks/activation.ts';
import { softcap as capped, scale as scaled } from './blocks/vector.ts';
import { dot } from './dot.ts';

/** Operations on the products of a row: activation(softcap(scale · (product + bias))) · factor + residual. */
export interface MulMatOptions {
  /** [n] */
  readonly bias?: Float32Array | null;
  readonly scale?: number;
  /** Caps values v to cap · tanh(v / cap). */
  readonly softcap?: number | null;
  readonly activation?: Exclude<Activation, 'oai'> | null;
  /** [rows] */
  readonly factors?: ArrayLike<number> | null;
  /** [rows, n] */
  readonly residual?: Float32Array | null;
  readonly groups?: RowGroups | null;
}

/**
 * Ranges of a row of x that groups of `rows` weight rows multiply: the first begins at `srcOffset`, each further one `srcStride`
 * later.
 */
export interface RowGroups {
  readonly rows: number;
  readonly srcOffset: number;
  readonly srcStride: number;
  /** Values per row of x. */
  readonly rowStride: number;
}

/** Multiplies `weight` [n, k] by the rows of `x` [rows, k]; returns [rows, n]. Only the result is rounded. */
export function mulMat(
  weight: Float32Array,
  x: Float32Array,
  n: number,
  k: number,
  options: MulMatOptions = {},
): Float32Array<ArrayBuffer> {
  const { bias, scale = 1, softcap = null, activation, factors, residual, groups } = options;
  const rowStride = groups?.rowStride ?? k;
  const nRows = x.length / rowStride;
  const results = new Float32Array(nRows * n);
  for (let row = 0; row < nRows; row++) {
    const products = Float64Array.from({ length: n }, (_, i) => {
      const from = groups ? groups.srcOffset + Math.floor(i / groups.rows) * groups.srcStride : 0;
      // Weights beyond the end of a row are zero.
      const length = Math.min(k, rowStride - from);
      return dot(weight, i * k, x, row * rowStride + from, length) + (bias?.[i] ?? 0);
    });
    const values = capped(scaled(products, scale), softcap);
    const activated = activation ? activate(activation, values) : values;
    activated.forEach((value, i) => {
      results[row * n + i] = value * (factors?.[row] ?? 1) + (residual?.[row * n + i] ?? 0);
    });
  }
  return results;
}

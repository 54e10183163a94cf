import { assertNever } from '../util/assert.ts';

/** Layout of the rotation pairs of a head: neighbours (2i, 2i+1), or (i, i + nRot/2). */
export type RopeLayout = 'norm' | 'neox';

export interface RopeShape {
  readonly layout: RopeLayout;
  readonly headDim: number;
  /** Number of leading values of each head that are rotated. */
  readonly nRot: number;
}

/** Rotates the heads of `x` [rows, heads, headDim] to each row's position, by a table of `ropeTable`. */
export function rope(
  x: Float32Array,
  table: Float32Array,
  positions: ArrayLike<number>,
  shape: RopeShape,
): Float32Array<ArrayBuffer> {
  const rotated = Float32Array.from(x);
  const rowLength = x.length / positions.length;
  for (let at = 0; at < x.length; at += shape.headDim) {
    const position = positions[Math.floor(at / rowLength)];
    rotateHead(rotated, at, table, position, shape);
  }
  return rotated;
}

/** Rotates one head in place by the angles of `position`; a negative position rotates back. */
export function rotateHead(
  values: Float32Array,
  at: number,
  table: Float32Array,
  position: number,
  { layout, nRot }: RopeShape,
): void {
  for (let pair = 0; pair < nRot / 2; pair++) {
    const angle = Math.abs(position) * nRot + 2 * pair;
    const cos = table[angle];
    const sin = position < 0 ? -table[angle + 1] : table[angle + 1];
    const [first, second] = pairOf(layout, pair, nRot);
    const x = values[at + first];
    const y = values[at + second];
    values[at + first] = x * cos - y * sin;
    values[at + second] = x * sin + y * cos;
  }
}

function pairOf(layout: RopeLayout, pair: number, nRot: number): readonly [number, number] {
  switch (layout) {
    case 'norm':
      return [2 * pair, 2 * pair + 1];
    case 'neox':
      return [pair, pair + nRot / 2];
    default:
      return assertNever(layout);
  }
}

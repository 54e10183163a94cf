import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { placeOfPiece } from '../../quant/interleave.ts';
import { recordOf, type WeightType } from '../../quant/types.ts';
import { ceilDiv } from '../../util/math.ts';
import { shaderSources } from '../shaderSources.ts';
import { GPU_TUNING } from '../tuning.ts';
import { mulMat } from './mulMat.ts';

/** Invocations whose loads a GPU serves together, and bytes of a line of its caches. */
const REQUEST = 32;
const LINE_BYTES = 128;
const VECTOR_BYTES = 16;

const BLOCKS = 64;
const N = 2048;

function countLines(places: readonly number[], bytes = VECTOR_BYTES): number {
  return new Set(places.map(place => Math.floor((place * bytes) / LINE_BYTES))).size;
}

/** Places that each request of a workgroup loads. */
function requestsOf(invocations: number, placeOf: (local: number) => number): number[][] {
  return Array.from({ length: invocations / REQUEST }, (_, request) =>
    Array.from({ length: REQUEST }, (_, lane) => placeOf(request * REQUEST + lane)),
  );
}

/** Mapping of a product to the invocations of a workgroup, see shaders/lib/staged_products.wgsl. */
function mappingOf(rows: number, rowLanes: 8 | 16, laneRows: 1 | 2) {
  const epilogue = { kind: 'store', dstStride: N } as const;
  const shape = { weight: 'Q4_0', blocks: BLOCKS, n: N, rows, epilogue } as const;
  const { defines, overrides, tile } = mulMat(shape, { ...GPU_TUNING, rowLanes, laneRows, maxSums: 16 });
  const [stage, quads] = [Number(defines.STAGE), Number(defines.QUADS)];
  return { tile, stage, quads, rowLanes, laneRows, invocations: overrides.WORKGROUP_SIZE };
}

const MAPPINGS = ([8, 16] as const).flatMap(rowLanes =>
  ([1, 2] as const).map(laneRows => ({ rowLanes, laneRows })),
);
const WIDTHS = [1, 2, 4, 8];

describe('the layout of weights', () => {
  it('is the one that shaders compute', () => {
    const text = shaderSources().get('lib/weight.wgsl') ?? '';
    const evaluated = (pattern: RegExp, names: Readonly<Record<string, number>>): number =>
      runInNewContext(pattern.exec(text)?.[1].replaceAll(/(\d)u/g, '$1') ?? '', { BLOCKS, ...names });
    for (const row of [0, 5, 31, 32, 77]) {
      for (const [block, i, all] of [
        [0, 0, 1],
        [3, 1, 2],
        [63, 0, 2],
      ]) {
        const first = evaluated(/fn first_of_row\(.*?\{ return (.*); \}/, { row });
        const b = first + block * evaluated(/const BLOCK_STRIDE = (\d+u)/, {});
        const place = evaluated(/fn quants_of\(.*?quants\[(.*)\]; \}/, { b, i, all });
        expect(place).toBe(placeOfPiece(row, block * all + i, BLOCKS * all));
      }
    }
  });
});

it('the addresses that this test computes are those of the shader', () => {
  const text = shaderSources().get('lib/staged_loop.wgsl');
  for (const line of [
    'let row_lane = local % {ROW_LANES}u;',
    'let class_lane = local / {ROW_LANES}u;',
    'min(n + {r}u % {R}u * {ROW_LANES}u + row_lane, N - 1u)',
    'let in_stage = in_class * {LANES}u + class_lane;',
    'let vector{s} = {s}u * WORKGROUP_SIZE + local;',
    'let i{s} = vector{s} % ({QUADS}u * 2u);',
    'let block{s} = vector{s} / ({QUADS}u * 2u) % {STAGE}u;',
    'let m{s} = vector{s} / ({QUADS}u * 2u * {STAGE}u);',
    'src_of(row0 + m{s}, 0u) + select(i{s}, i{s} + 4u - {QUADS}u, i{s} >= {QUADS}u)',
  ]) {
    expect(text).toContain(line);
  }
});

describe.each(MAPPINGS)('$rowLanes row lanes of $laneRows rows', ({ rowLanes, laneRows }) => {
  it.each<WeightType>(['Q4_0', 'Q8_0', 'Q4_K'])('load whole lines of %s', type => {
    const { invocations } = mappingOf(1, rowLanes, laneRows);
    const vectors = recordOf(type).words.quants / 4;
    for (let vector = 0; vector < vectors; vector++) {
      for (let r = 0; r < laneRows; r++) {
        const requests = requestsOf(invocations, local => {
          const row = r * rowLanes + (local % rowLanes);
          const block = Math.floor(local / rowLanes);
          return placeOfPiece(row, block * vectors + vector, BLOCKS * vectors);
        });
        const most = Math.max(...requests.map(places => countLines(places)));
        expect(most).toBe((REQUEST * VECTOR_BYTES) / LINE_BYTES);
      }
    }
  });

  it.each(WIDTHS)('load few lines of %i rows of activations', rows => {
    const { tile, stage, quads, invocations } = mappingOf(rows, rowLanes, laneRows);
    // Address of what an invocation stages, as in shaders/lib/staged_loop.wgsl.
    const steps = (tile * stage * 2 * quads) / invocations;
    let lines = 0;
    for (let step = 0; step < steps; step++) {
      const requests = requestsOf(invocations, local => {
        const vector = step * invocations + local;
        const i = vector % (2 * quads);
        const block = Math.floor(vector / (2 * quads)) % stage;
        const row = Math.floor(vector / (2 * quads * stage));
        return row * BLOCKS * 8 + block * 8 + (i < quads ? i : i + 4 - quads);
      });
      for (const places of requests) {
        const found = countLines(places);
        lines += found;
        // Where a part of each block is staged, that is a part of a line.
        expect(found).toBeLessThanOrEqual(4 * (4 / quads));
      }
    }
    const ofStage = lines * (4 / quads);
    const weightRequests = ceilDiv(stage * rowLanes * laneRows, REQUEST);
    expect(ofStage / weightRequests / rows).toBeLessThanOrEqual(rowLanes * laneRows >= 16 ? 4 : 8);
  });
});

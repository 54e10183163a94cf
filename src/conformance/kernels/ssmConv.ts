import { type ConvInputs, ringStore, type SsmConvShape, ssmConv } from '../../gpu/kernels/ssmConv.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { ssmConv as twin } from '../../reference/ssmConv.ts';
import { carriedPlace, carriedSlots, carriedStep, keptPositions, LEAST_RING, seedAt } from '../carried.ts';
import { kernelCases } from '../cases.ts';
import { kernelCheck } from '../check.ts';
import { asBits, type Contents, dense, floats, output, rowsOf, words } from '../contents.ts';

/** Row of projected values at a position of a slot. */
function projected({ srcStride }: ConvInputs, slot: number, position: number): Float32Array<ArrayBuffer> {
  return randomValues(srcStride, seedAt(slot, position), 2);
}

/** Inputs of the convolution at a position of a slot. */
function inputsAt(shape: ConvInputs, slot: number, position: number): Float32Array<ArrayBuffer> {
  const { input, channels, offset } = shape;
  const row = projected(shape, slot, position);
  if (input === 'plain') return row.slice(offset, offset + channels);
  return row.slice(0, channels).map((value, i) => value * row[2 * channels + i]);
}

function ringSize({ ring, channels }: ConvInputs, rows: readonly number[]): number {
  return carriedSlots(rows) * ring * channels;
}

function ringAt({ ring, channels }: ConvInputs, slot: number, position: number): number {
  return (slot * ring + (position % ring)) * channels;
}

function sourceOf(shape: ConvInputs, rows: readonly number[]): Contents {
  const places = rows.map(carriedPlace);
  return rowsOf(
    places.map(({ slot, position }) => projected(shape, slot, position)),
    shape.srcStride,
  );
}

export const ssmConvCheck = kernelCheck({
  kernel: ssmConv,
  usual: {},
  setUp({ parameters, spec, rows }) {
    const { input, channels, offset, taps: nTaps, bias, passed, dstStride } = parameters;
    const places = rows.map(carriedPlace);
    const ring: Contents = {
      size: ringSize(parameters, rows),
      stretches: places.flatMap(place =>
        keptPositions(place, nTaps - 1).map(position => ({
          at: ringAt(parameters, place.slot, position),
          words: inputsAt(parameters, place.slot, position),
        })),
      ),
    };
    const taps = randomValues(channels * (nTaps + (bias ? 1 : 0)), 7);
    const dst = output(rows.length * dstStride);
    return {
      bindings: [dense(carriedStep(rows)), sourceOf(parameters, rows), ring, dense(taps), dst],
      grid: () => [spec.workgroups[0], rows.length, 1],
      results: () =>
        places.map(({ slot, position }, i) => {
          const row = projected(parameters, slot, position);
          const seen = Array.from({ length: Math.min(nTaps, position + 1) }, (_, back) =>
            Float64Array.from(inputsAt(parameters, slot, position - back)),
          ).reverse();
          const options = {
            ...(bias && { bias: taps.subarray(channels * nTaps) }),
            ...(input === 'product' && { factors: Float64Array.from(row.slice(channels, 2 * channels)) }),
          };
          const own = twin(seen, taps.subarray(0, channels * nTaps), options);
          const behind = row.slice(offset + channels, offset + channels + passed);
          return [
            floats(dst, i * dstStride, Float32Array.from(own)),
            ...(passed > 0
              ? [words(dst, i * dstStride + channels, asBits(behind) as Uint32Array<ArrayBuffer>)]
              : []),
          ];
        }),
    };
  },
});

/** The kernel moves values, and multiplies some. */
export const ringStoreCheck = kernelCheck({
  kernel: ringStore,
  usual: {},
  setUp({ parameters, spec, rows }) {
    const places = rows.map(carriedPlace);
    const ring = output(ringSize(parameters, rows));
    return {
      bindings: [dense(carriedStep(rows)), sourceOf(parameters, rows), ring],
      grid: () => [spec.workgroups[0], rows.length, 1],
      results: () =>
        places.map(({ slot, position }) => [
          words(
            ring,
            ringAt(parameters, slot, position),
            asBits(inputsAt(parameters, slot, position)) as Uint32Array<ArrayBuffer>,
          ),
        ]),
    };
  },
});

type Axes = Pick<SsmConvShape, 'input' | 'channels' | 'taps' | 'bias' | 'passed' | 'rows'>;

const usual: Axes = { input: 'plain', channels: 70, taps: 4, bias: false, passed: 0, rows: 5 };

const strides = ({ input, channels, passed }: Pick<Axes, 'input' | 'channels' | 'passed'>) =>
  input === 'product'
    ? { srcStride: 3 * channels + 5, offset: 0 }
    : { srcStride: channels + passed + 9, offset: 3 };

export const ssmConvCases = kernelCases(ssmConvCheck, () => ({
  usual,
  cases: [
    usual,
    { ...usual, rows: 1 },
    // Mamba-2: with biases, and the steps behind the channels.
    { ...usual, bias: true, passed: 8 },
    // LFM2.
    { ...usual, input: 'product', taps: 3 },
  ],
  parameters: (axes): SsmConvShape => ({
    ...axes,
    ...strides(axes),
    ring: LEAST_RING + axes.taps - 1,
    dstStride: axes.channels + axes.passed + 2,
  }),
}));

export const ringStoreCases = kernelCases(ringStoreCheck, () => ({
  usual: { input: 'plain', channels: 70, rows: 5 } as Pick<Axes, 'input' | 'channels' | 'rows'>,
  cases: [
    { input: 'plain', channels: 70, rows: 5 },
    { input: 'product', channels: 33, rows: 3 },
  ],
  parameters: (axes): ConvInputs => ({ ...axes, ...strides({ ...axes, passed: 0 }), ring: LEAST_RING }),
}));

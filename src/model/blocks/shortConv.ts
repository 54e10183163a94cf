import type { Layer, ShortConv } from '../../architectures/spec.ts';
import { ringStore, ssmConv } from '../../gpu/kernels/ssmConv.ts';
import { type MatrixPlan, planMatrix } from '../weights/matrix.ts';
import type { TensorFinder } from '../weights/tensorFinder.ts';
import type { VectorPlan } from '../weights/tensors.ts';
import type { Block } from './block.ts';
import { paddedRow } from './products.ts';
import { projectCalls } from './recurrent.ts';
import { endCalls, endScratch, endVector } from './residual.ts';
import type { Road } from './roads.ts';

type ShortConvTensors = {
  readonly input: readonly MatrixPlan[];
  readonly taps: VectorPlan;
  readonly output: readonly MatrixPlan[];
  readonly end: VectorPlan | null;
};

/** Short convolution (LFM2): `shortconv.in_proj`, `shortconv.conv`, `shortconv.out_proj`. */
export function shortConvBlock(
  tensors: TensorFinder,
  nEmbd: number,
  { prefix }: Layer,
  { nTaps }: ShortConv,
  road: Road,
): Block<ShortConvTensors> {
  const name = (of: string) => `${prefix}shortconv.${of}.weight`;
  const matrix = (of: string, rows: number) => planMatrix(name(of), [tensors.find(name(of), [nEmbd, rows])]);
  const stride = paddedRow(3 * nEmbd);
  const state = `${prefix}shortconv`;

  return {
    tensors: {
      input: [matrix('in_proj', 3 * nEmbd)],
      taps: {
        label: name('conv'),
        pieces: [{ tensor: tensors.findNumbers(name('conv'), [nTaps, nEmbd]), at: 0 }],
      },
      output: [matrix('out_proj', nEmbd)],
      end: endVector(tensors, road.end),
    },
    streams: [],
    carried: { name: state, conv: { values: nEmbd, lookBack: nTaps - 1 }, memory: null },
    scratch: () => [
      { name: 'projected', values: stride },
      { name: 'attn', values: paddedRow(nEmbd) },
      ...endScratch(road.end),
    ],
    calls: (io, { input, taps, output, end }) => {
      const { rows, step } = io;
      const { ring, positions } = io.carried(state).conv;
      const [projected, mixed] = [io.scratch('projected'), io.scratch('attn')];
      const inputs = {
        input: 'product',
        channels: nEmbd,
        srcStride: stride,
        offset: 0,
        ring: positions,
        rows,
      } as const;
      const shape = { ...inputs, taps: nTaps, bias: false, passed: 0, dstStride: paddedRow(nEmbd) };
      return [
        ...projectCalls(io, road, input, stride),
        { spec: ssmConv(shape), buffers: [step, projected, ring, taps, mixed] },
        { spec: ringStore(inputs), buffers: [step, projected, ring] },
        ...endCalls(io, road.end, output, mixed, end, null),
      ];
    },
    shift: () => null,
  };
}

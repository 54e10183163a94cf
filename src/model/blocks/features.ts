import type { Features } from '../../architectures/spec.ts';
import { copyRows } from '../../gpu/kernels/copyRows.ts';
import { rmsNorm } from '../../gpu/kernels/rmsNorm.ts';
import { type MatrixPlan, planMatrix } from '../weights/matrix.ts';
import type { TensorFinder } from '../weights/tensorFinder.ts';
import type { VectorPlan } from '../weights/tensors.ts';
import type { Block } from './block.ts';
import { hiddenOf } from './hidden.ts';
import { paddedRow, products } from './products.ts';
import { normVector } from './residual.ts';

/** Copies the residual stream before a layer, as the feature `index` of the target's rows. */
export function featureBlock(features: Features, index: number): Block {
  const { width } = features;
  const dstStride = featureStride(features);
  return {
    tensors: {},
    streams: [],
    scratch: () => [{ name: 'features', values: dstStride }],
    calls: io => {
      const shape = {
        n: width,
        srcStride: paddedRow(width),
        dstStride,
        offset: index * width,
        rows: io.rows,
      };
      return [{ spec: copyRows(shape), buffers: [io.step, io.x, io.scratch('features')] }];
    },
    shift: () => [],
  };
}

/** Makes states of `nEmbd` values from the features of all rows, and keeps them for an EAGLE-3 draft. */
export function fusionBlock(
  tensors: TensorFinder,
  features: Features,
  nEmbd: number,
): Block<{ readonly fc: readonly MatrixPlan[]; readonly norm: VectorPlan | null }> {
  const { tensor, layers, width, norm } = features;
  const k = layers.length * width;
  const kPadded = featureStride(features);
  const name = `${tensor}.weight`;
  const dstStride = paddedRow(nEmbd);
  return {
    tensors: {
      fc: [planMatrix(name, [tensors.find(name, [k, nEmbd])])],
      norm: normVector(tensors, k, [norm]),
    },
    streams: [],
    scratch: () => [
      { name: 'fused', values: dstStride },
      ...(norm ? [{ name: 'featuresNorm', values: kPadded } as const] : []),
    ],
    calls: (io, { fc, norm: weights }) => {
      const { buffer, positions } = hiddenOf(io);
      const { step, rows, tuning } = io;
      const fused = io.scratch('fused');
      const raw = io.scratch('features');
      const src = norm && weights ? io.scratch('featuresNorm') : raw;
      const kept = { n: nEmbd, srcStride: dstStride, dstStride, rows, ring: positions };
      return [
        ...(norm && weights
          ? [
              {
                spec: rmsNorm({ k, kPadded, eps: norm.eps, rows }, tuning),
                buffers: [step, raw, weights, src],
              },
            ]
          : []),
        ...products(io, fc, { src, epilogue: { kind: 'store', dstStride }, dst: [fused] }),
        { spec: copyRows(kept), buffers: [step, fused, buffer] },
      ];
    },
    shift: () => [],
  };
}

/** Stride of the rows of features, in values. */
function featureStride({ layers, width }: Features): number {
  return paddedRow(layers.length * width);
}

import type { Mamba2 } from '../../architectures/index.ts';
import { gatedNorm } from '../gatedNorm.ts';
import { ssmScan } from '../ssmScan.ts';
import type { Weights } from '../weights.ts';
import { activate } from './activation.ts';
import { convolve } from './convolve.ts';
import type { LayerState } from './layerState.ts';
import { linear } from './linear.ts';
import { add, multiply, type Vector } from './vector.ts';

/** Mamba-2 of the row at `position`; `state` holds what the rows of all earlier positions left. */
export function mamba2(
  weights: Weights,
  prefix: string,
  mamba: Mamba2,
  x: Vector,
  position: number,
  state: LayerState,
): Vector {
  const { nHead, headDim, nGroup, nState, eps } = mamba;
  const nInner = nHead * headDim;
  const nShared = nGroup * nState;
  const projected = linear(weights, `${prefix}ssm_in`, x);
  const gates = projected.slice(0, nInner);
  const dt = projected.slice(2 * nInner + 2 * nShared);
  state.inputs[position] = projected.slice(nInner, 2 * nInner + 2 * nShared);
  const convolved = convolve(weights.values(`${prefix}ssm_conv1d.weight`), state.inputs, position);
  const xbc = activate('silu', add(convolved, weights.values(`${prefix}ssm_conv1d.bias`)));
  const numbers = (name: string) => weights.values(`${prefix}${name}`);
  const [slopes, biases, skips] = [numbers('ssm_a'), numbers('ssm_dt.bias'), numbers('ssm_d')];

  const mixed = new Float64Array(nInner);
  for (let channel = 0; channel < nInner; channel++) {
    const head = Math.floor(channel / headDim);
    const shared = nInner + Math.floor(head / (nHead / nGroup)) * nState;
    mixed[channel] = ssmScan(
      state.memory.subarray(channel * nState, (channel + 1) * nState),
      {
        x: xbc[channel],
        b: xbc.subarray(shared, shared + nState),
        c: xbc.subarray(shared + nShared, shared + nShared + nState),
        dt: dt[head],
      },
      { slopes: slopes[head], bias: biases[head], skip: skips[head] },
    );
  }
  if (eps === null) return linear(weights, `${prefix}ssm_out`, multiply(mixed, activate('silu', gates)));
  const width = nInner / nGroup;
  const norm = weights.values(`${prefix}ssm_norm.weight`);
  for (let at = 0; at < nInner; at += width) {
    const part = (of: Vector) => of.slice(at, at + width);
    mixed.set(
      gatedNorm(part(mixed), part(gates), norm.subarray(at, at + width), { eps, gateFirst: true }),
      at,
    );
  }
  return linear(weights, `${prefix}ssm_out`, mixed);
}

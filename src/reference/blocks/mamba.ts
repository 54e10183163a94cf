import type { Mamba } from '../../architectures/index.ts';
import { ssmScan } from '../ssmScan.ts';
import type { Weights } from '../weights.ts';
import { activate } from './activation.ts';
import { convolve } from './convolve.ts';
import type { LayerState } from './layerState.ts';
import { linear } from './linear.ts';
import { add, multiply, type Vector } from './vector.ts';

/** Mamba of the row at `position`; `state` holds what the rows of all earlier positions left. */
export function mamba(
  weights: Weights,
  prefix: string,
  { nInner, nState, nRank }: Mamba,
  x: Vector,
  position: number,
  state: LayerState,
): Vector {
  const numbers = (name: string) => weights.values(`${prefix}${name}`);
  const projected = linear(weights, `${prefix}ssm_in`, x);
  state.inputs[position] = projected.slice(0, nInner);
  const convolved = convolve(numbers('ssm_conv1d.weight'), state.inputs, position);
  const inner = activate('silu', add(convolved, numbers('ssm_conv1d.bias')));
  const made = linear(weights, `${prefix}ssm_x`, inner);
  const dt = linear(weights, `${prefix}ssm_dt`, made.slice(0, nRank));
  const [slopes, biases, skips] = [numbers('ssm_a'), numbers('ssm_dt.bias'), numbers('ssm_d')];
  const mixed = inner.map((value, channel) =>
    ssmScan(
      state.memory.subarray(channel * nState, (channel + 1) * nState),
      { x: value, b: made.slice(nRank, nRank + nState), c: made.slice(nRank + nState), dt: dt[channel] },
      {
        slopes: slopes.subarray(channel * nState, (channel + 1) * nState),
        bias: biases[channel],
        skip: skips[channel],
      },
    ),
  );
  return linear(weights, `${prefix}ssm_out`, multiply(mixed, activate('silu', projected.slice(nInner))));
}

import type { Architectures } from './architecture.ts';
import { decoder, epsilon } from './decoder.ts';
import type { Keys } from './keys.ts';
import type { Mamba, Mamba2 } from './spec.ts';

export const mambas: Architectures = {
  mamba: keys => {
    const mamba = mambaOf(keys);
    return decoder(keys, { mayLack: true, recurrent: () => mamba });
  },
  mamba2: keys => {
    const mamba = mamba2Of(keys);
    return decoder(keys, { mayLack: true, recurrent: () => mamba });
  },
  /** Falcon-H1. Its multipliers are part of the weights. */
  'falcon-h1': keys => decoder(keys, { rope: { pairs: 'halves' }, beside: mamba2Of(keys) }),
};

function mambaOf(keys: Keys): Mamba {
  if (keys.bool('ssm.dt_b_c_rms', false))
    keys.fail(`${keys.key('ssm.dt_b_c_rms')} asks for norms of dt, B and C`, 'unsupported_model');
  return {
    kind: 'mamba',
    nInner: keys.count('ssm.inner_size'),
    nState: keys.count('ssm.state_size'),
    nRank: keys.count('ssm.time_step_rank'),
    nTaps: keys.count('ssm.conv_kernel'),
  };
}

/** Mamba-2 layer of a model, by its metadata and the norm of its first layer that has one. */
export function mamba2Of(keys: Keys): Mamba2 {
  const nInner = keys.count('ssm.inner_size');
  const nHead = keys.count('ssm.time_step_rank');
  const nGroup = keys.count('ssm.group_count');
  if (nInner % nHead !== 0 || nHead % nGroup !== 0)
    keys.fail(`${nInner} values of ${nHead} heads in ${nGroup} groups do not divide evenly`);
  const layers = Array.from({ length: keys.nLayers }, (_, layer) => `blk.${layer}.ssm_norm.weight`);
  return {
    kind: 'mamba2',
    nHead,
    headDim: nInner / nHead,
    nGroup,
    nState: keys.count('ssm.state_size'),
    nTaps: keys.count('ssm.conv_kernel'),
    eps: layers.some(name => keys.hasTensor(name)) ? epsilon(keys, 'rms') : null,
  };
}

import type { Architectures } from './architecture.ts';
import { decoder, epsilon } from './decoder.ts';
import type { Keys } from './keys.ts';
import type { Mamba2 } from './spec.ts';

export const mambas: Architectures = {
  mamba2: keys => {
    const mamba = mamba2Of(keys);
    return decoder(keys, { mayLack: true, recurrent: () => mamba });
  },
};

/** Mamba-2 layer of a model, by its metadata. */
export function mamba2Of(keys: Keys): Mamba2 {
  const nInner = keys.count('ssm.inner_size');
  const nHead = keys.count('ssm.time_step_rank');
  const nGroup = keys.count('ssm.group_count');
  if (nInner % nHead !== 0 || nHead % nGroup !== 0)
    keys.fail(`${nInner} values of ${nHead} heads in ${nGroup} groups do not divide evenly`);
  return {
    kind: 'mamba2',
    nHead,
    headDim: nInner / nHead,
    nGroup,
    nState: keys.count('ssm.state_size'),
    nTaps: keys.count('ssm.conv_kernel'),
    eps: epsilon(keys, 'rms'),
  };
}

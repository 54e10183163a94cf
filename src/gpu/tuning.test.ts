import { describe, expect, it } from 'vitest';
import { getRows } from './kernels/getRows.ts';
import { mulMat } from './kernels/mulMat.ts';
import { mulMatId } from './kernels/mulMatId.ts';
import { rmsNorm } from './kernels/rmsNorm.ts';
import { topK } from './kernels/sampling.ts';
import { baseTuning, GPU_TUNING, SOFTWARE_TUNING, tuningFor } from './tuning.ts';

describe('the base variant', () => {
  it('changes only the knobs of the faulty kernel', () => {
    expect(baseTuning(GPU_TUNING, rmsNorm.tuned)).toEqual({ ...GPU_TUNING, rowWorkgroup: 8 });
    expect(baseTuning(GPU_TUNING, [...mulMat.tuned, ...mulMatId.tuned, ...topK.tuned])).toEqual({
      ...SOFTWARE_TUNING,
      maxTile: 1,
      attentionRows: GPU_TUNING.attentionRows,
      attentionStaged: GPU_TUNING.attentionStaged,
      attentionUnroll: GPU_TUNING.attentionUnroll,
      attentionWorkgroups: GPU_TUNING.attentionWorkgroups,
      rowWorkgroup: GPU_TUNING.rowWorkgroup,
      argmaxWorkgroup: GPU_TUNING.argmaxWorkgroup,
    });
  });

  it('is null for a tuning that already is the base', () => {
    const base = baseTuning(SOFTWARE_TUNING, mulMat.tuned) ?? SOFTWARE_TUNING;
    expect(baseTuning(base, mulMat.tuned)).toBeNull();
    expect(baseTuning(GPU_TUNING, getRows.tuned)).toBeNull();
  });
});

describe('the tuning of an adapter', () => {
  it.each([
    { vendor: 'amd', isFallback: false, lanes: 16, unpack: 'halves', maxTile: 8 },
    { vendor: 'intel', isFallback: false, lanes: 16, unpack: 'bytes', maxTile: 4 },
    { vendor: 'nobody', isFallback: false, lanes: 16, unpack: 'floats', maxTile: 8 },
    { vendor: 'google', isFallback: true, lanes: 1, unpack: 'convert', maxTile: 4 },
  ])('follows from its vendor: $vendor', ({ vendor, isFallback, ...expected }) => {
    expect(tuningFor({ vendor, isFallback, subgroupSize: 0 })).toMatchObject(expected);
  });

  it.each([
    { subgroupSize: 0, sharedLoads: 0 },
    { subgroupSize: 4, sharedLoads: 4 },
    { subgroupSize: 8, sharedLoads: 8 },
    { subgroupSize: 16, sharedLoads: 8 },
  ])('shares loads in a software adapter’s subgroups of $subgroupSize', ({ subgroupSize, ...expected }) => {
    expect(tuningFor({ vendor: '', isFallback: true, subgroupSize })).toMatchObject(expected);
  });
});

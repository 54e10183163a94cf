import { describe, expect, it } from 'vitest';
import { baseTuning, GPU_TUNING, SOFTWARE_TUNING } from './tuning.ts';

describe('the base variant', () => {
  it('changes only what the kernel at fault depends on', () => {
    expect(baseTuning(GPU_TUNING, ['rms_norm'])).toEqual({ ...GPU_TUNING, rowWorkgroup: 8 });
    expect(baseTuning(GPU_TUNING, ['mul_mat', 'mul_mat_id', 'top_k'])).toEqual({
      ...SOFTWARE_TUNING,
      maxTile: 1,
      attentionRows: GPU_TUNING.attentionRows,
      attentionSplit: GPU_TUNING.attentionSplit,
      rowWorkgroup: GPU_TUNING.rowWorkgroup,
    });
  });

  it('has none of its own', () => {
    const base = baseTuning(SOFTWARE_TUNING, ['mul_mat']) ?? SOFTWARE_TUNING;
    expect(baseTuning(base, ['mul_mat'])).toBeNull();
    expect(baseTuning(GPU_TUNING, ['get_rows'])).toBeNull();
  });
});

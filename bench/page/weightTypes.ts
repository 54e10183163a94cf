import { mulMatCases } from '../../src/conformance/kernels/mulMat.ts';
import { prepareRuns } from '../../src/conformance/run.ts';
import { openGpu } from '../../src/gpu/device.ts';
import { shaderSources } from '../../src/gpu/shaderSources.ts';
import { tuningFor } from '../../src/gpu/tuning.ts';
import { WEIGHT_TYPES, type WeightType } from '../../src/quant/types.ts';
import { repeated } from './products.ts';
import { alternate, pairedRatio, type Summary, summary } from './statistics.ts';

/** Size that fits every cache of a desktop, so that unpacking is measured, not memory. */
const SHAPE = { k: 2048, n: 2048, rows: 1 } as const;

export interface TypeCost {
  readonly type: WeightType;
  readonly bytes: number;
  readonly productMs: Summary;
  /** Time of the product relative to Q4_0's. */
  readonly overQ4: number;
}

/** Measures matrix × vector of every weight type, alternating. */
export async function measureWeightTypes(repetitions: number): Promise<TypeCost[]> {
  const gpu = await openGpu(shaderSources());
  try {
    const bytes = new Map<string, number>();
    const runs: Record<string, () => Promise<number>> = {};
    for (const type of WEIGHT_TYPES) {
      const { make } = mulMatCases.at({ ...SHAPE, weight: type });
      const { prepared } = await prepareRuns(gpu, [make(tuningFor(gpu.report))]);
      const [{ dispatch, places }] = prepared;
      bytes.set(type, places[1].size + places[2].size);
      runs[type] = await repeated(gpu, [dispatch]);
    }
    const samples = await alternate(WEIGHT_TYPES, repetitions, type => runs[type]());
    if (gpu.fault) throw gpu.fault;
    return WEIGHT_TYPES.map(type => ({
      type,
      bytes: bytes.get(type) ?? 0,
      productMs: summary(samples[type]),
      overQ4: pairedRatio(samples[type], samples.Q4_0),
    }));
  } finally {
    gpu.close();
  }
}

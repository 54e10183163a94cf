import type { Gpu } from '../gpu/device.ts';
import { type AttentionShape, attention, attentionCombine, type Span } from '../gpu/kernels/attention.ts';
import type { KernelSpec } from '../gpu/pipelines.ts';
import { GPU_TUNING, SOFTWARE_TUNING, type Tuning } from '../gpu/tuning.ts';
import { PAGE_POSITIONS, PART_POSITIONS } from '../util/kvPage.ts';
import type { Setup } from './check.ts';
import { dense, output } from './contents.ts';
import { numbers } from './inputs.ts';
import { attentionCheck, sinksOf } from './kernels/attention.ts';
import { runKernels } from './run.ts';

/** Mapping of attention whose output was compared with that of the first. */
export interface MappingOutcome {
  readonly mapping: string;
  /** Number of values whose bits differ. */
  readonly nDiffering: number;
}

/** Heads and features that mappings are compared with. */
export type MappingShape = Omit<AttentionShape, 'rows' | 'depth' | 'span' | 'dstStride'>;

const TUNINGS: Readonly<Record<string, Tuning>> = { software: SOFTWARE_TUNING, gpu: GPU_TUNING };
/** Widths of batches, the widest first: it has the rows of all others. */
const WIDTHS = [8, 2, 1];
const SPANS: readonly (Span | null)[] = [null, PART_POSITIONS, PAGE_POSITIONS];

/**
 * Computes the same rows, on both sides of the end of a part, in every mapping: as each adapter does, with and without spans, and
 * in batches of several widths. The bits of all have to be equal (design D1).
 */
export async function compareMappings(gpu: Gpu, heads: MappingShape): Promise<MappingOutcome[]> {
  const expected = await attended(gpu, { ...heads, rows: WIDTHS[0], span: null }, SOFTWARE_TUNING);
  const outcomes: MappingOutcome[] = [];
  for (const [name, tuning] of Object.entries(TUNINGS)) {
    for (const span of SPANS) {
      for (const rows of WIDTHS) {
        const found = await attended(gpu, { ...heads, rows, span }, tuning);
        const nDiffering = found.reduce((count, word, i) => count + Number(word !== expected[i]), 0);
        outcomes.push({ mapping: `${name}, span ${span ?? 'all'}, ${rows} rows`, nDiffering });
      }
    }
  }
  return outcomes;
}

/** Words of the output of the first rows. */
async function attended(
  gpu: Gpu,
  heads: Omit<AttentionShape, 'depth' | 'dstStride'>,
  tuning: Tuning,
): Promise<Uint32Array> {
  const { nHead, headDim, valueDim = headDim, rows, span, sinks } = heads;
  const dstStride = nHead * valueDim;
  const shape = { ...heads, depth: 2 * PART_POSITIONS, dstStride };
  const spec = attention(shape, tuning);
  const inputs = { scale: 1, position: null, edge: PART_POSITIONS };
  const batch = { parameters: shape, spec, rows: numbers(rows), inputs, isWhole: true };
  const setup = attentionCheck.setUp(batch);
  const found = await written(gpu, spec, setup);
  if (span === null) return found;
  const [step] = setup.bindings;
  const logits = sinks ? [dense(sinksOf(nHead))] : [];
  const combine = attentionCombine(shape);
  return written(gpu, combine, {
    bindings: [step, dense(new Uint32Array(found)), output(rows * dstStride), ...logits],
    grid: () => combine.workgroups,
  });
}

/** Words of what a kernel writes. */
async function written(
  gpu: Gpu,
  spec: KernelSpec,
  setup: Pick<Setup, 'bindings' | 'grid'>,
): Promise<Uint32Array> {
  const [found] = await runKernels(gpu, [{ spec, setup }]);
  return found[spec.bindings.indexOf('write')];
}

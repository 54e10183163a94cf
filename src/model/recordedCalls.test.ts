import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { openSource, readGguf } from '../gguf/index.ts';
import { openGpu } from '../gpu/device.ts';
import type { Dispatch } from '../gpu/dispatch.ts';
import { FakeGpu } from '../gpu/fakeGpu.ts';
import { GPU_TUNING, SOFTWARE_TUNING, type Tuning } from '../gpu/tuning.ts';
import { allocateKvCache } from './cache/streams.ts';
import { planMemory } from './memoryPlan.ts';
import { allBlocks, streamsOf } from './modelBlocks.ts';
import { checkModel } from './modelFile.ts';
import { buildPlan, type Plan } from './plan.ts';
import { allocateRunState } from './runState.ts';
import { allocateWeights } from './weights/load.ts';

vi.stubGlobal('GPUBufferUsage', {});
vi.stubGlobal('GPUShaderStage', {});

const ROOT = join(import.meta.dirname, '../..');
const TUNINGS: Readonly<Record<string, Tuning>> = { software: SOFTWARE_TUNING, gpu: GPU_TUNING };
const WIDTHS = [1, 4, 16];

describe('the recorded plan of a bundled model', () => {
  const rows = ['foretoken-stories-moe-q4_0', 'foretoken-stories-draft-q4_0'].flatMap(model =>
    Object.keys(TUNINGS).map(tuning => ({ model, tuning })),
  );
  it.each(rows)('has the same dispatches as before: $model with the $tuning tuning', async row => {
    const plan = await planOf(`public/models/${row.model}.gguf`, TUNINGS[row.tuning]);
    const path = `recordedCalls/${row.model}.${row.tuning}.txt`;
    await expect(textOf(plan)).toMatchFileSnapshot(path);
  });
});

async function planOf(path: string, tuning: Tuning): Promise<Plan> {
  const file = checkModel(await readGguf(await openSource(new Uint8Array(readFileSync(join(ROOT, path))))));
  const gpu = await openGpu(shaders(), { gpu: new FakeGpu().asGpu() });
  const shape = { nSlots: 2, nCtx: 1024, nCtxShared: null };
  const memory = planMemory(gpu, file, { ...shape, maxRows: 16, cacheType: 'f16', tuning });
  return buildPlan(gpu, {
    spec: file.spec,
    blocks: memory.blocks,
    weights: allocateWeights(gpu, allBlocks(memory.blocks)).weights,
    cache: allocateKvCache(gpu, streamsOf(memory.blocks), [], 'f16', shape),
    state: allocateRunState(gpu, memory.runState),
    hidden: null,
    tuning,
    nCtx: shape.nCtx,
  });
}

function shaders(): Map<string, string> {
  const folder = join(ROOT, 'shaders');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name =>
    name.endsWith('.wgsl'),
  );
  return new Map(files.map(name => [name, readFileSync(join(folder, name), 'utf8')]));
}

/** One line per dispatch: pipeline, workgroups, buffers. */
function textOf({ widths, advance, shift }: Plan): string {
  const line = ({ pipeline, workgroups, bindGroup }: Dispatch) =>
    `${pipeline.label} × ${workgroups.join(' ')}: ${bindGroup.label}`;
  const list = (name: string, dispatches: readonly Dispatch[]) => [`# ${name}`, ...dispatches.map(line)];
  const ofWidths = WIDTHS.flatMap(rows => {
    const width = widths.get(rows);
    if (!width) return [];
    const { depths, hidden, head, argmax, topK } = width;
    return [
      ...depths.flatMap(({ depth, layers }) => list(`${rows} rows, up to ${depth} positions`, layers.flat())),
      ...list(`${rows} rows, results`, [...hidden, ...head, ...argmax, ...topK]),
    ];
  });
  return [...ofWidths, ...list('advance', advance), ...list('shift', shift ?? []), ''].join('\n');
}

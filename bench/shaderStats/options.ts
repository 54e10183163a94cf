import { parseArgs } from 'node:util';
import { GPU_TUNING, type Tuning } from '../../src/gpu/tuning.ts';
import { isWeightType, type WeightType } from '../../src/quant/types.ts';
import { ForetokenError } from '../../src/util/errors.ts';
import type { CompileOptions } from './compile.ts';
import { GPUS, type GpuName, isGpuName } from './gpus.ts';
import type { PlanOptions } from './plannedKernels.ts';
import { SHAPES, type ShapeName } from './shapes.ts';

export const USAGE = `npm run shader-stats -- COMMAND [options]

setup                       installs the GPU compilers: Debian on amd64, 1 GB, two minutes
table                       figures of the kernels of a model, or of one shader
  --model NAME              of ${Object.keys(SHAPES).join(', ')} (default: llama-3.2-1b)
  --rows 1,4,8,16           rows of the batches
  --weight Q4_0 --head Q6_K --cache f16 --ctx 4096
  --tuning '{"lanes":32}'   knobs that differ from the tuning of GPUs
  --only REGEX              of the kernels' keys
  --wgsl FILE               a shader instead of a model, with --constants JSON and --bindings read,read,write
  --gpus navi31,ada         of ${Object.keys(GPUS).join(' ')}
  --checks driver|clamp|none  who checks bounds (default: as browsers do on most such GPUs)
  --subgroup N              invocations of a subgroup, 0 for the driver's choice (default: Dawn's, twice the smallest)
  --toggles a,b             more of Dawn's toggles
  --loops                   every loop, not only the hottest
  --out FILE.json           everything, for compare
  --keep FOLDER             assembly, intermediate representations and SPIR-V
compare OLD.json NEW.json   figures that differ
check                       whether the worst figures of each GPU are within their limits
  --write                   takes today's figures as the limits
--dir FOLDER                folder of the compilers (default: FORETOKEN_SHADER_STATS, or node_modules/.cache/shader-stats)`;

/** GPUs of a table, unless others are named: one of each kind. */
const DEFAULT_GPUS = 'navi31,navi21,gfx1103,vega10,adl,dg2,bmg,turing,ada,m1,a750';

export function readOptions(args: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      dir: { type: 'string' },
      model: { type: 'string', default: 'llama-3.2-1b' },
      rows: { type: 'string', default: '1,4,8,16' },
      weight: { type: 'string', default: 'Q4_0' },
      head: { type: 'string', default: 'Q6_K' },
      cache: { type: 'string', default: 'f16' },
      ctx: { type: 'string', default: '4096' },
      tuning: { type: 'string', default: '{}' },
      only: { type: 'string', default: '' },
      wgsl: { type: 'string' },
      constants: { type: 'string', default: '{}' },
      bindings: { type: 'string' },
      gpus: { type: 'string', default: DEFAULT_GPUS },
      checks: { type: 'string' },
      subgroup: { type: 'string' },
      toggles: { type: 'string' },
      loops: { type: 'boolean', default: false },
      out: { type: 'string' },
      keep: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  });
  return { ...values, command: positionals[0], files: positionals.slice(1) };
}

export type Options = ReturnType<typeof readOptions>;

export function shapeNamed(name: string): ShapeName {
  const isKnown = (known: string): known is ShapeName => known in SHAPES;
  return isKnown(name) ? name : refuse('model', name, Object.keys(SHAPES));
}

export function gpusNamed({ gpus }: Options): GpuName[] {
  return gpus.split(',').map(name => (isGpuName(name) ? name : refuse('gpus', name, Object.keys(GPUS))));
}

export function planOptions(
  { weight, head, cache, rows, ctx, tuning }: Options,
  vendor: string,
): PlanOptions {
  return {
    weight: weightType('weight', weight),
    head: weightType('head', head),
    cache: cache === 'f16' || cache === 'f32' ? cache : refuse('cache', cache, ['f16', 'f32']),
    rows: rows.split(',').map(text => count('rows', text)),
    nCtx: count('ctx', ctx),
    vendor,
    tuning: knobs(tuning),
  };
}

export function compileOptions({ checks, subgroup, toggles, keep }: Options): CompileOptions {
  if (checks !== undefined && checks !== 'driver' && checks !== 'clamp' && checks !== 'none')
    return refuse('checks', checks, ['driver', 'clamp', 'none']);
  return {
    ...(checks && { checks }),
    ...(subgroup !== undefined && { subgroup: count('subgroup', subgroup, 0) }),
    ...(toggles && { toggles: toggles.split(',') }),
    ...(keep && { keep }),
  };
}

function weightType(option: string, text: string): WeightType {
  const isKnown = (type: string): type is WeightType => isWeightType(type as WeightType);
  return isKnown(text) ? text : refuse(option, text, ['Q4_0, Q6_K and the other types of docs/models.md']);
}

function count(option: string, text: string, least = 1): number {
  const value = Number(text);
  return Number.isInteger(value) && value >= least
    ? value
    : refuse(option, text, [`whole numbers from ${least}`]);
}

function knobs(text: string): Partial<Tuning> {
  const changes = JSON.parse(text) as Partial<Tuning>;
  const unknown = Object.keys(changes).find(knob => !(knob in GPU_TUNING));
  return unknown === undefined ? changes : refuse('tuning', unknown, Object.keys(GPU_TUNING));
}

function refuse(option: string, value: string, choices: readonly string[]): never {
  throw new ForetokenError(
    'invalid_option',
    `--${option} does not know "${value}"; choose from ${choices.join(', ')}`,
  );
}

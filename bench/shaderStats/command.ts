import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { ForetokenError } from '../../src/util/errors.ts';
import { checkedFigures } from './check.ts';
import { compilersFolder, isInstalled, mesaVersion, missing, requireCompilers, setup } from './compilers.ts';
import { type Failure, type Figures, figuresOn } from './figures.ts';
import { CHECKED_GPUS, GPUS, type GpuName } from './gpus.ts';
import type { Kernel } from './kernel.ts';
import { faultsOf, readLimits, worstOf, writeLimits } from './limits.ts';
import {
  compileOptions,
  gpusNamed,
  type Options,
  planOptions,
  readOptions,
  shapeNamed,
  USAGE,
} from './options.ts';
import { plannedKernels } from './plannedKernels.ts';
import { SHAPES } from './shapes.ts';
import { comparisonTable, figuresTable, loopsText } from './tables.ts';

type Rows = readonly (Figures | Failure)[];

/** Runs `npm run shader-stats`. Resolves to whether all is well. */
export async function shaderStats(args: readonly string[]): Promise<boolean> {
  const options = readOptions(args);
  const folder = compilersFolder(options.dir);
  switch (options.command) {
    case 'setup':
      setup(folder);
      return true;
    case 'table':
      await printTable(options, folder);
      return true;
    case 'compare':
      console.log(comparisonTable(readRows(options.files[0]), readRows(options.files[1])));
      return true;
    case 'check':
      return check(options, folder);
    default:
      console.log(USAGE);
      return options.command === undefined;
  }
}

async function printTable(options: Options, folder: string): Promise<void> {
  requireCompilers(folder);
  const rows: (Figures | Failure)[] = [];
  for (const gpu of gpusNamed(options)) {
    const kernels =
      options.wgsl === undefined
        ? await kernelsOfModel(options, GPUS[gpu].vendor)
        : [kernelOfFile(options, options.wgsl)];
    rows.push(...figuresOn(gpu, kernels, folder, compileOptions(options)));
  }
  if (options.out) writeFileSync(options.out, `${JSON.stringify(rows, null, 1)}\n`);
  console.log(figuresTable(rows));
  if (options.loops) console.log(loopsText(rows));
}

async function kernelsOfModel(options: Options, vendor: string): Promise<Kernel[]> {
  const name = shapeNamed(options.model);
  const only = new RegExp(options.only);
  const kernels = await plannedKernels(name, SHAPES[name], planOptions(options, vendor));
  return kernels.filter(({ key }) => only.test(key));
}

function kernelOfFile({ constants: json, bindings }: Options, file: string): Kernel {
  const constants = JSON.parse(json) as Record<string, number>;
  const name = basename(file, '.wgsl');
  return {
    key: name,
    label: name,
    model: 'a file',
    rows: 1,
    shader: name,
    code: readFileSync(file, 'utf8'),
    constants,
    bindings: bindings?.split(',').map(use => (use === 'write' ? 'write' : 'read')),
    workgroups: [],
    workgroupSize: constants.WORKGROUP_SIZE ?? 64,
    product: null,
  };
}

/** Compares the worst figures with their limits, or writes them as such. Where no compilers are installed it only says so. */
async function check({ write }: Options, folder: string): Promise<boolean> {
  if (!isInstalled(folder) && !write) {
    console.log(`skipped: ${missing(folder)}`);
    return true;
  }
  requireCompilers(folder);
  const mesa = mesaVersion(folder);
  const figures: (readonly [GpuName, (Figures | Failure)[]])[] = [];
  for (const gpu of CHECKED_GPUS) figures.push([gpu, await checkedFigures(gpu, folder)]);
  if (write) {
    writeLimits({ mesa, gpus: Object.fromEntries(figures.map(([gpu, rows]) => [gpu, worstOf(rows)])) });
    return true;
  }
  const limits = readLimits();
  const faults = figures.flatMap(([gpu, rows]) => faultsOf(gpu, rows, limits));
  for (const fault of faults) console.log(fault);
  console.log(
    faults.length === 0
      ? `the kernels of ${CHECKED_GPUS.length} GPUs are within their limits`
      : `${faults.length} figures are not within their limits, which were taken with Mesa ${limits.mesa} (here ${mesa}); check --write takes today's`,
  );
  return faults.length === 0;
}

function readRows(file: string | undefined): Rows {
  if (file === undefined)
    throw new ForetokenError('invalid_option', 'compare needs two files that table --out wrote');
  return JSON.parse(readFileSync(file, 'utf8')) as Rows;
}

import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filesOf } from './compilers.ts';
import { type BoundsChecks, GPUS, type GpuModel, type GpuName, type Vendor } from './gpus.ts';
import type { Kernel } from './kernel.ts';

export interface CompileOptions {
  /** By default those that browsers use on most such GPUs. */
  readonly checks?: BoundsChecks;
  /** Invocations of a subgroup, 0 for the driver's choice; by default Dawn's choice, which is twice the smallest. */
  readonly subgroup?: number;
  /** Dawn's toggles to enable. */
  readonly toggles?: readonly string[];
  /** Folder for the assembly, the intermediate representations and SPIR-V of every kernel. */
  readonly keep?: string;
}

/** Figures that a driver states for a compiled kernel, by its own names. */
export interface Compiled {
  readonly subgroupSize: number;
  readonly statistics: Readonly<Record<string, number>>;
  readonly assembly: string;
  readonly checks: BoundsChecks;
}

export type CompileResult = { readonly compiled: Compiled } | { readonly error: string };

/** Line that the process prints for a kernel. */
interface Said {
  readonly index?: number;
  readonly error?: string;
  readonly compiled?: {
    readonly executables: readonly {
      readonly subgroupSize: number;
      readonly statistics: Readonly<Record<string, number>>;
      readonly representations: readonly { readonly name: string; readonly file: string }[];
    }[];
  };
}

/** Time limit of a GPU: all kernels of a model take a few seconds. */
const LIMIT_MS = 300_000;

/** Name of the representation that has the assembly. */
const ASSEMBLY: Readonly<Record<Vendor, RegExp>> = {
  amd: /^Assembly/,
  intel: /^GEN Assembly/,
  nvidia: /^NAK/,
  qualcomm: /^IR3/,
  apple: /^AGX/,
};

/** Compiles kernels for a GPU. The result has one entry per kernel. */
export function compileFor(
  name: GpuName,
  kernels: readonly Kernel[],
  folder: string,
  options: CompileOptions = {},
): CompileResult[] {
  const gpu: GpuModel = GPUS[name];
  const files = filesOf(folder);
  if (!existsSync(files.driver(gpu)))
    return kernels.map(() => ({ error: `this Mesa has no ${gpu.driver} driver` }));
  const work = mkdtempSync(join(tmpdir(), `shader-stats-${name}-`));
  try {
    const { stdout, stderr, status, signal } = runHost(name, kernels, { folder, work, ...options });
    const ending = `the compiler's process ended (${signal ?? status}): ${stderr.trim().split('\n').at(-1)}`;
    const results: CompileResult[] = kernels.map(() => ({ error: ending }));
    let console: string[] = [];
    for (const line of stdout.split('\n')) {
      if (!/^\{"(adapter|index)"/.test(line)) {
        console.push(line);
        continue;
      }
      const said = JSON.parse(line) as Said;
      if (said.index !== undefined) results[said.index] = resultOf(gpu, said, console.join('\n'), options);
      console = [];
    }
    if (options.keep) keepFiles(work, join(options.keep, name), kernels, results);
    return results;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function resultOf(gpu: GpuModel, said: Said, console: string, options: CompileOptions): CompileResult {
  const executable = said.compiled?.executables[0];
  if (!executable) return { error: said.error ?? 'the driver states no figures' };
  const { subgroupSize, statistics, representations } = executable;
  const file = representations.find(({ name }) => ASSEMBLY[gpu.vendor].test(name))?.file;
  // Apple's compiler gives its assembly to nobody but the console.
  const assembly =
    gpu.vendor === 'apple' ? console : file && existsSync(file) ? readFileSync(file, 'utf8') : '';
  return { compiled: { subgroupSize, statistics, assembly, checks: options.checks ?? gpu.checks } };
}

/** Runs the process that compiles inside the unpacked C library, because the host's may be too old for the drivers. */
function runHost(
  name: GpuName,
  kernels: readonly Kernel[],
  {
    folder,
    work,
    checks,
    subgroup,
    toggles = [],
  }: CompileOptions & { readonly folder: string; readonly work: string },
) {
  const gpu: GpuModel = GPUS[name];
  const files = filesOf(folder);
  const checked = checks ?? gpu.checks;
  const enabled = [...(checked === 'none' ? ['disable_robustness'] : []), ...toggles];
  const job = join(work, 'job.json');
  const out = join(work, 'k');
  writeFileSync(
    job,
    JSON.stringify({
      kernels: kernels.map(({ code, constants, bindings }) => ({ code, constants, bindings })),
      toggles: [
        ...(enabled.length > 0 ? [`enable-dawn-features=${enabled.join(',')}`] : []),
        ...(checked === 'driver' ? [] : ['disable-dawn-features=vulkan_use_buffer_robust_access_2']),
      ],
      out,
    }),
  );
  const host = join(import.meta.dirname, 'host.mjs');
  const args = [
    '--library-path',
    files.libraries,
    '--preload',
    files.fakeGpu,
    process.execPath,
    host,
    files.dawn,
    job,
  ];
  return spawnSync(files.loader, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
    env: {
      PATH: process.env.PATH,
      HOME: work,
      XDG_RUNTIME_DIR: files.runtime,
      MESA_SHADER_CACHE_DISABLE: '1',
      SHIM_GPU: name,
      VK_ICD_FILENAMES: files.icd,
      STATS_ICD: files.driver(gpu),
      STATS_OUT: out,
      STATS_IR: '1',
      ...(checked !== 'driver' && { STATS_NO_ROBUST: '1' }),
      ...(subgroup !== undefined && { STATS_SUBGROUP: String(subgroup) }),
      ...(gpu.vendor === 'apple' && { AGX_MESA_DEBUG: 'shaders' }),
    },
  });
}

/** Copies what the driver said of each kernel to files that begin with its index. */
function keepFiles(
  work: string,
  to: string,
  kernels: readonly Kernel[],
  results: readonly CompileResult[],
): void {
  mkdirSync(to, { recursive: true });
  for (const file of readdirSync(work)) {
    const [, index, rest] = file.match(/^k\.(\d+)\.(.*)$/) ?? [];
    if (rest) writeFileSync(join(to, `${index}.${rest}`), readFileSync(join(work, file)));
  }
  for (const [index, result] of results.entries())
    if ('compiled' in result) writeFileSync(join(to, `${index}.assembly.txt`), result.compiled.assembly);
  for (const [index, { code }] of kernels.entries()) writeFileSync(join(to, `${index}.wgsl`), code);
  writeFileSync(join(to, 'index.txt'), kernels.map(({ key }, index) => `${index} ${key}\n`).join(''));
}

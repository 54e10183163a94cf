import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ForetokenError } from '../../src/util/errors.ts';
import type { GpuModel } from './gpus.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Folder of the installed compilers, unless another one is named. */
export function compilersFolder(named?: string): string {
  const folder =
    named ?? process.env.FORETOKEN_SHADER_STATS ?? join(ROOT, 'node_modules/.cache/shader-stats');
  return resolve(folder);
}

/** Whether `setup` has finished in a folder. The last file that it writes tells. */
export function isInstalled(folder: string): boolean {
  return existsSync(join(folder, 'node_modules/webgpu/index.js'));
}

/** Installs the compilers. Throws if a program that this needs is missing or fails. */
export function setup(folder: string): void {
  const { status, error } = spawnSync('bash', [join(import.meta.dirname, 'setup.sh'), folder], {
    stdio: 'inherit',
  });
  if (status === 0) return;
  throw new ForetokenError(
    'internal',
    `the compilers were not installed (${error?.message ?? `setup.sh ended with ${status}`}); it needs Debian's apt on amd64, dpkg, gcc, npm and xz, and 1 GB in ${folder}`,
  );
}

/** Throws if there are no compilers in a folder. */
export function requireCompilers(folder: string): void {
  if (isInstalled(folder)) return;
  throw new ForetokenError('not_found', missing(folder));
}

/** Says what to do where there are no compilers. */
export function missing(folder: string): string {
  return `there are no GPU compilers in ${folder}; install them with npm run shader-stats -- setup, or name their folder with --dir or FORETOKEN_SHADER_STATS`;
}

/** Files of an installation. */
export function filesOf(folder: string) {
  const libraries = join(folder, 'root/usr/lib/x86_64-linux-gnu');
  return {
    libraries,
    loader: join(libraries, 'ld-linux-x86-64.so.2'),
    driver: ({ driver }: GpuModel) => join(libraries, `libvulkan_${driver}.so`),
    fakeGpu: join(folder, 'libgpushim.so'),
    icd: join(folder, 'stats.json'),
    runtime: join(folder, 'xdg'),
    dawn: join(folder, 'node_modules/webgpu/index.js'),
  };
}

/** Version of the installed Mesa, as Debian has it. */
export function mesaVersion(folder: string): string {
  const changes = join(folder, 'root/usr/share/doc/mesa-vulkan-drivers/changelog.Debian.gz');
  if (!existsSync(changes)) return 'unknown';
  return (
    gunzipSync(readFileSync(changes))
      .toString('utf8')
      .match(/\((.+?)\)/)?.[1] ?? 'unknown'
  );
}

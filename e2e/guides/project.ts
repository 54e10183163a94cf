import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { preview } from 'vite';
import type { Site } from '../package/next.ts';
import { run } from '../package/process.ts';
import { readGuide } from './guide.ts';
import versions from './versions.json' with { type: 'json' };

const INSTALL = ['install', '--no-audit', '--no-fund', '--prefer-offline'];

/** Follows the guide `name` in `folder`: writes its files, installs its packages, pinned, and `tarball`, runs its commands. */
export async function followGuide(name: string, folder: string, tarball: string): Promise<void> {
  const { files, packages, commands } = readGuide(name);
  const dependencies = Object.fromEntries(packages.map(each => [each, versionOf(each, tarball)]));
  const manifest = { name: `guide-${name}`, private: true, type: 'module', dependencies };
  const all = { ...files, 'package.json': JSON.stringify(manifest, null, 2) };
  for (const [path, content] of Object.entries(all)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  await run('npm', INSTALL, folder);
  for (const command of commands) {
    const [program, ...args] = command.split(' ');
    await run(program, args, folder);
  }
}

function versionOf(name: string, tarball: string): string {
  if (name === 'foretoken') return `file:${tarball}`;
  const pinned: Readonly<Record<string, string>> = versions;
  if (!Object.hasOwn(pinned, name)) throw new Error(`versions.json has no version of ${name}`);
  return pinned[name];
}

/** Serves the `dist` of a project. */
export async function serveDist(folder: string): Promise<Site> {
  const server = await preview({
    root: folder,
    configFile: false,
    logLevel: 'warn',
    preview: { host: '127.0.0.1', port: 0 },
  });
  const [url] = server.resolvedUrls?.local ?? [];
  return { url, close: () => server.close() };
}

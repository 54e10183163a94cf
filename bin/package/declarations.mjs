import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';

/** Specifier of a relative import in a declaration. */
const RELATIVE = /(\bfrom |\bimport\()(['"])(\.[^'"]*)\.ts\2/g;

/**
 * Writes the declarations of `entries` and of what they refer to into `outDir`, as a tree like that of `src`.
 *
 * @param {string} root folder of package.json
 * @param {string} outDir
 * @param {readonly string[]} entries paths from the root
 */
export async function buildDeclarations(root, outDir, entries) {
  const all = await mkdtemp(join(root, '.build-types-'));
  try {
    await emit(root, all, entries);
    const wanted = entries.map(entry => join(all, relative('src', entry)));
    for (const file of wanted) {
      const text = await readFile(file.replace(/\.ts$/, '.d.ts'), 'utf8');
      for (const [, , , specifier] of text.matchAll(RELATIVE)) {
        const target = resolve(dirname(file), `${specifier}.ts`);
        if (!wanted.includes(target)) wanted.push(target);
      }
      const output = join(outDir, relative(all, file).replace(/\.ts$/, '.d.ts'));
      await mkdir(dirname(output), { recursive: true });
      await writeFile(output, text.replaceAll(RELATIVE, '$1$2$3.js$2'));
    }
  } finally {
    await rm(all, { recursive: true, force: true });
  }
}

/** @param {string} root @param {string} outDir @param {readonly string[]} entries */
async function emit(root, outDir, entries) {
  const config = join(outDir, 'tsconfig.json');
  await writeFile(
    config,
    JSON.stringify({
      extends: join(root, 'tsconfig.json'),
      compilerOptions: {
        noEmit: false,
        emitDeclarationOnly: true,
        declaration: true,
        rootDir: join(root, 'src'),
        outDir,
      },
      include: [],
      files: entries.map(entry => join(root, entry)),
    }),
  );
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-p', config], { cwd: root, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('tsc could not write the declarations; npm run check says why');
}

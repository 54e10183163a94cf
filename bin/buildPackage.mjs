// npm run build:package (npm pack runs it, too): builds what the package consists of: site and library, the command, declarations,
// and the licenses of the packages that are bundled.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freshen } from './fresh.mjs';
import { installPackages } from './install.mjs';
import { buildDeclarations } from './package/declarations.mjs';
import { MODULES, SCRIPTS } from './package/library.mjs';
import { writeLicenses } from './package/licenses.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

try {
  installPackages(root);
  await freshen(root);
  await rm(join(dist, 'types'), { recursive: true, force: true });
  await buildDeclarations(root, join(dist, 'types'), Object.values({ ...MODULES, ...SCRIPTS }));
  const lists = [...(await licenseLists(dist)), ...(await licenseLists(join(root, 'dist-cli')))];
  await writeLicenses(lists, join(dist, 'THIRD-PARTY.md'));
} catch (error) {
  console.error(`npm run build:package: ${error.message}`);
  process.exitCode = 1;
}

/** Paths of the lists of bundled packages below a folder. @param {string} folder */
async function licenseLists(folder) {
  const files = await readdir(folder, { recursive: true });
  return files.filter(file => file.endsWith('licenses.json')).map(file => join(folder, file));
}

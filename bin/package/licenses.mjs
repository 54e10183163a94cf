import { readFile, writeFile } from 'node:fs/promises';

const HEAD = `# Third-party software

The files of this package contain code of these packages. The rest is Foretoken's own, under the license in LICENSE.
`;

/**
 * Merges the lists of bundled packages that Vite wrote into one text.
 *
 * @param {readonly string[]} lists paths of the lists
 * @param {string} output path of the text
 */
export async function writeLicenses(lists, output) {
  const packages = new Map();
  for (const list of lists) {
    for (const entry of JSON.parse(await readFile(list, 'utf8'))) {
      packages.set(`${entry.name} ${entry.version}`, entry);
    }
  }
  const sections = [...packages].sort(([a], [b]) => a.localeCompare(b)).map(section);
  await writeFile(output, [HEAD, ...sections].join('\n'));
}

/** @param {[string, { identifier: string | null, text?: string }]} entry */
function section([title, { identifier, text }]) {
  return `## ${title} (${identifier ?? 'see its text'})\n${text === undefined ? '' : `\n${text.trim()}\n`}`;
}

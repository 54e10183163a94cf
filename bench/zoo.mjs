import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder with the models and llama.cpp's answers. */
export const ZOO =
  process.env.FORETOKEN_ZOO ?? join(fileURLToPath(new URL('../..', import.meta.url)), 'shared', 'zoo');

/**
 * Answers of llama.cpp for each model.
 *
 * @typedef {import('../src/harness/zoo/golden.ts').Golden & {
 *   types: string[]; parts?: Record<string, string>; target?: string }} ZooGolden of a model with these types of weights, in
 *   these parts, that drafts for that target
 */

/** @returns {ZooGolden[]} empty if there is no zoo */
export function goldens() {
  if (!existsSync(ZOO)) return [];
  const index = JSON.parse(readFileSync(join(ZOO, 'index.json'), 'utf8'));
  return index.map(({ golden, types }) => ({
    ...JSON.parse(readFileSync(join(ZOO, golden), 'utf8')),
    types,
  }));
}

/**
 * Judges one model in the harness page, which gets its files like files that a user chose.
 *
 * @param {import('playwright').Page} page
 * @param {ZooGolden} golden one of `all`
 * @param {readonly ZooGolden[]} all
 * @returns {Promise<import('../src/harness/zoo/judgeZoo.ts').ZooVerdict>}
 */
export async function judgeInPage(page, golden, all) {
  const parts = Object.keys(golden.parts ?? {});
  const draft = draftOf(golden, all);
  const names = [golden.model, ...parts, ...(draft === null ? [] : [draft])];
  const input = await filesInPage(page, names);
  return page.evaluate(
    ([input, golden, parts, draft]) => {
      const fileOf = name => [...input.files].find(file => file.name === name);
      return window.harness.judgeZoo({
        golden,
        file: fileOf(golden.model),
        parts: parts.map(fileOf),
        draft: draft === null ? null : fileOf(draft),
      });
    },
    [input, golden, parts, draft],
  );
}

/**
 * Name of the draft model that was made for this one, or null.
 *
 * @param {ZooGolden} golden one of `all`
 * @param {readonly ZooGolden[]} all
 */
export function draftOf(golden, all) {
  return all.find(({ target }) => target === golden.model)?.model ?? null;
}

/**
 * Creates a file input in the page that holds these files of the zoo.
 *
 * @param {import('playwright').Page} page
 * @param {readonly string[]} names
 */
export async function filesInPage(page, names) {
  const input = await page.evaluateHandle(() =>
    Object.assign(document.createElement('input'), { type: 'file', multiple: true }),
  );
  await input.asElement()?.setInputFiles(names.map(name => join(ZOO, name)));
  return input;
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type GgufFile, getString, openSource, readGguf } from '../gguf/index.ts';
import { ARCHITECTURE_NAMES, ignoredTensors, readModelSpec, tensorsOf } from './index.ts';

/** Folder of tiny models of random weights, one or more of each architecture, if it exists. */
const ZOO = process.env.FORETOKEN_ZOO ?? resolve(import.meta.dirname, '../../../shared/zoo');
/** Parts of a split model, and a reranker. */
const NOT_WHOLE = /^split-0|^qwen3-reranker/;
const FILES = existsSync(ZOO)
  ? readdirSync(ZOO).filter(file => file.endsWith('.gguf') && !NOT_WHOLE.test(file))
  : [];

async function open(file: string): Promise<GgufFile> {
  return readGguf(await openSource(new Uint8Array(readFileSync(join(ZOO, file)))));
}

describe.skipIf(FILES.length === 0)('models of the zoo', async () => {
  const models = await Promise.all(FILES.map(async file => ({ file, gguf: await open(file) })));
  const isKnown = (gguf: GgufFile) =>
    ARCHITECTURE_NAMES.includes(getString(gguf.metadata, 'general.architecture'));

  it.each(models.filter(({ gguf }) => isKnown(gguf)))(
    'has exactly the tensors of its description: $file',
    ({ gguf }) => {
      const spec = readModelSpec(gguf);
      const ignored = ignoredTensors(gguf, spec);
      const inFile = [...gguf.tensors.values()]
        .filter(({ name }) => !ignored.has(name))
        .map(({ name, shape }) => `${name} [${shape}]`);
      const described = tensorsOf(spec).map(({ name, shape }) => `${name} [${shape}]`);
      expect(described.toSorted()).toEqual(inFile.toSorted());
    },
  );

  it.each(models.filter(({ gguf }) => !isKnown(gguf)))('names the missing feature for $file', ({ gguf }) => {
    expect(() => readModelSpec(gguf)).toThrow(/, of which .* is missing here; supported are apertus, /);
  });
});

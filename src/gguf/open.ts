import { joinParts, partCount } from './joinParts.ts';
import { type GgufOutline, readOutline } from './outline.ts';
import { readGguf } from './read.ts';
import { type Openable, openSource } from './source.ts';
import { partUrls } from './splitName.ts';
import type { GgufFile } from './types.ts';

/** Reading of an outline: little at first, and nothing whole but small files. */
const OUTLINE_READING = { firstBytes: 1 << 16, mostWholeBytes: 1 << 20 };

/**
 * Opens a model and reads its header: one file, or all parts that gguf-split made, in any order. The address of one part suffices
 * if its name follows gguf-split's pattern.
 *
 * @throws ForetokenError as `openSource`, `readGguf` and `joinParts` do
 */
export function openGguf(
  model: Openable | readonly Openable[],
  fetchImpl: typeof fetch = fetch,
): Promise<GgufFile> {
  return openParts(model, async source => readGguf(await openSource(source, fetchImpl)));
}

/**
 * Opens a model like `openGguf`, but passes over a large vocabulary, see `readOutline`. A file at an address whose server has no ranges
 * is refused unless it is small.
 *
 * @throws ForetokenError as `openSource`, `readOutline` and `joinParts` do
 */
export function openOutline(
  model: Openable | readonly Openable[],
  fetchImpl: typeof fetch = fetch,
): Promise<GgufOutline> {
  return openParts(model, async source => readOutline(await openSource(source, fetchImpl, OUTLINE_READING)));
}

async function openParts<F extends GgufFile>(
  model: Openable | readonly Openable[],
  open: (source: Openable) => Promise<F>,
): Promise<F> {
  const sources = [model].flat();
  if (sources.length !== 1) return joinParts(await Promise.all(sources.map(open)));
  const [given] = sources;
  const file = await open(given);
  const count = partCount(file);
  const others = count > 1 ? otherParts(given, count) : [];
  return joinParts([file, ...(await Promise.all(others.map(open)))]);
}

/** Addresses of the other parts; none if the name does not follow the pattern. */
function otherParts(given: Openable, count: number): readonly string[] {
  const url = typeof given === 'string' || given instanceof URL ? String(given) : '';
  const urls = partUrls(url);
  return urls?.length === count ? urls.filter(part => part !== url) : [];
}

import { joinParts, partCount } from './joinParts.ts';
import { readGguf } from './read.ts';
import { type Openable, openSource } from './source.ts';
import { partUrls } from './splitName.ts';
import type { GgufFile } from './types.ts';

/**
 * Opens a model and reads its header: one file, or all parts that gguf-split made, in any order. The address of one part suffices
 * if its name follows gguf-split's pattern.
 *
 * @throws ForetokenError as `openSource`, `readGguf` and `joinParts` do
 */
export async function openGguf(
  model: Openable | readonly Openable[],
  fetchImpl: typeof fetch = fetch,
): Promise<GgufFile> {
  const open = async (source: Openable) => readGguf(await openSource(source, fetchImpl));
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

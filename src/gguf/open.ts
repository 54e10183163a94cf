import { joinParts, partCount } from './joinParts.ts';
import { readGguf } from './read.ts';
import { type Openable, openSource } from './source.ts';
import { partUrls } from './splitName.ts';
import type { GgufFile } from './types.ts';

/**
 * Opens a model and reads its header: one file, or all parts of a model that gguf-split has cut, in any order. The address
 * of one part is enough where its name says what the others are called.
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

/** Addresses of the parts beside the one that is given; none where its name does not tell them. */
function otherParts(given: Openable, count: number): readonly string[] {
  const url = typeof given === 'string' || given instanceof URL ? String(given) : '';
  const urls = partUrls(url);
  return urls?.length === count ? urls.filter(part => part !== url) : [];
}

import type { WireOptions } from '../protocol/worker.ts';
import { sha256 } from '../util/digest.ts';

/** Number of samples of a file, and their size: enough to tell files of equal length apart without reading them. */
const N_SAMPLES = 16;
const SAMPLE_BYTES = 4096;

/** Equal for equal options, as a hash that tells nothing of them. Files are equal if their size and samples are. */
export async function optionsKey(options: WireOptions): Promise<string> {
  return sha256(new TextEncoder().encode(JSON.stringify(await canonical(options))));
}

/** Copy with sorted keys, in which a file is its size and the hash of samples. */
async function canonical(value: unknown): Promise<unknown> {
  if (value instanceof Blob) return { sizeBytes: value.size, samples: await samples(value) };
  if (Array.isArray(value)) return Promise.all(value.map(canonical));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Promise.all(entries.map(async ([name, field]) => [name, await canonical(field)]));
}

async function samples(file: Blob): Promise<string> {
  const starts = Array.from({ length: N_SAMPLES }, (_, i) =>
    Math.floor((i * Math.max(0, file.size - SAMPLE_BYTES)) / (N_SAMPLES - 1)),
  );
  const parts = new Blob(starts.map(start => file.slice(start, start + SAMPLE_BYTES)));
  return sha256(await parts.arrayBuffer());
}

import type { WireOptions } from '../protocol/worker.ts';

/** Number of samples of a file, and their size: enough to tell files of equal length apart without reading them. */
const N_SAMPLES = 16;
const SAMPLE_BYTES = 4096;

/** Equal for equal options, as a hash that tells nothing of them. Files are equal if their size and samples are. */
export async function optionsKey(options: WireOptions): Promise<string> {
  return hash(new TextEncoder().encode(JSON.stringify(await canonical(options))));
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
  return hash(await parts.arrayBuffer());
}

async function hash(bytes: BufferSource): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, byte => byte.toString(16).padStart(2, '0')).join('');
}

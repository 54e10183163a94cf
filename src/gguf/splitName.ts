/** Name of a part from llama.cpp's gguf-split: `PREFIX-00001-of-00003.gguf`, numbered from 1. */
const PART = /^(.*-)(\d{5})(-of-(\d{5})\.gguf)$/i;

/**
 * Names of all parts of the model to which `name` belongs, in order; null if it does not name a part. A path keeps its folder.
 */
export function partNames(name: string): string[] | null {
  const [, prefix = '', no, suffix = '', count] = PART.exec(name) ?? [];
  if (no === undefined || Number(no) < 1 || Number(no) > Number(count)) return null;
  return Array.from({ length: Number(count) }, (_, i) => prefix + String(i + 1).padStart(5, '0') + suffix);
}

/** Like `partNames`, for the address of a part; its query stays. */
export function partUrls(url: string): string[] | null {
  const path = url.split(/[?#]/, 1)[0] ?? url;
  const rest = url.slice(path.length);
  return partNames(path)?.map(part => part + rest) ?? null;
}

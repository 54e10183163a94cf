/** `PREFIX-00001-of-00003.gguf`, numbered from 1, as llama.cpp's gguf-split names the parts of a model. */
const PART = /^(.*-)(\d{5})(-of-(\d{5})\.gguf)$/i;

/** Names of all parts of the model that `name` is a part of, in order; null for a name that is no part's. A path keeps its folder. */
export function partNames(name: string): string[] | null {
  const [, prefix = '', no, suffix = '', count] = PART.exec(name) ?? [];
  if (no === undefined || Number(no) < 1 || Number(no) > Number(count)) return null;
  return Array.from({ length: Number(count) }, (_, i) => prefix + String(i + 1).padStart(5, '0') + suffix);
}

/** The same for the address of a part, whose query stays. */
export function partUrls(url: string): string[] | null {
  const path = url.split(/[?#]/, 1)[0] ?? url;
  const rest = url.slice(path.length);
  return partNames(path)?.map(part => part + rest) ?? null;
}

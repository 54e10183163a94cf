/** llama.cpp's preferences, in this order, if neither a file nor a type is named. */
const PREFERRED = ['Q4_K_M', 'Q8_0'];
/** Files that are not a model by themselves: projectors of images, statistics, drafts that need their target. */
const COMPANIONS = /mmproj|imatrix|mtp-|eagle3-|dflash-|dspark-/;
/** Part of a split model other than its first. */
const LATER_PART = /-(?!00001)\d{5}-of-\d{5}\.gguf$/i;

/** Chooses a repository's model like llama.cpp: one of the type, else one of a preferred type, else the first. */
export function chooseFile(files: readonly string[], type: string | undefined): string | undefined {
  return ofType(files.filter(isModel), type);
}

/** Chooses a repository's MTP head in a file of its own: one of the type, else one of a preferred type, else the first. */
export function chooseSidecar(files: readonly string[], type: string | undefined): string | undefined {
  const heads = files.filter(isMtpHead);
  return ofType(heads, type) ?? ofType(heads, undefined);
}

function ofType(files: readonly string[], type: string | undefined): string | undefined {
  const models = files.toSorted();
  for (const wanted of type === undefined ? PREFERRED : [type]) {
    const found = models.find(path => hasType(path, wanted));
    if (found !== undefined) return found;
  }
  return type === undefined ? models[0] : undefined;
}

/** Whether a path is that of a model by itself, or of the first part of one. */
export function isModel(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.endsWith('.gguf') && !COMPANIONS.test(name) && !LATER_PART.test(name);
}

function isMtpHead(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.startsWith('mtp-') && name.endsWith('.gguf') && !LATER_PART.test(name);
}

/**
 * Whether a path has the type. It may stand anywhere before a dot or a dash, so that `Q4_K_XL` matches `UD-Q4_K_XL` and a folder
 * of that name.
 */
function hasType(path: string, type: string): boolean {
  const upper = path.toUpperCase();
  return ['.', '-'].some(end => upper.includes(type.toUpperCase() + end));
}

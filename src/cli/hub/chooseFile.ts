/** llama.cpp's, tried in this order where neither a file nor a type is named. */
const PREFERRED = ['Q4_K_M', 'Q8_0'];
/** Files that are no model by themselves: projectors of images, statistics, drafts that need their target. */
const COMPANIONS = /mmproj|imatrix|mtp-|eagle3-|dflash-|dspark-/;
/** A part of a split model that is not its first. */
const LATER_PART = /-(?!00001)\d{5}-of-\d{5}\.gguf$/i;

/** The file of a repository that llama.cpp takes: the type's, else one of a preferred type, else the first model. */
export function chooseFile(files: readonly string[], type: string | undefined): string | undefined {
  const models = files.filter(isModel).toSorted();
  for (const wanted of type === undefined ? PREFERRED : [type]) {
    const found = models.find(path => hasType(path, wanted));
    if (found !== undefined) return found;
  }
  return type === undefined ? models[0] : undefined;
}

function isModel(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.endsWith('.gguf') && !COMPANIONS.test(name) && !LATER_PART.test(name);
}

/** The type may stand anywhere before a dot or a dash, so that `Q4_K_XL` finds `UD-Q4_K_XL`, and a folder of that name. */
function hasType(path: string, type: string): boolean {
  const upper = path.toUpperCase();
  return ['.', '-'].some(end => upper.includes(type.toUpperCase() + end));
}

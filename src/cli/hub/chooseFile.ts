/** llama.cpp's, tried in this order where neither a file nor a tag is named. */
const PREFERRED = ['Q4_K_M', 'Q8_0'];
/** Names of weight types that Foretoken does not read. */
const UNSUPPORTED = /Q[2-5]_K|IQ\d|TQ\d|MXFP4/i;
/** Files that are no model by themselves. */
const COMPANIONS = /mmproj|imatrix|mtp-|eagle3-|dflash-|dspark-/;
/** A part of a split model that is not its first. */
const LATER_PART = /-(?!00001)\d{5}-of-\d{5}\.gguf$/;

/**
 * The file of a repository to take: the tag's, else one of the preferred types, else the first model. Types that cannot be
 * read are only taken where there is nothing else, for the message that says so.
 */
export function chooseFile(files: readonly string[], tag: string | undefined): string | undefined {
  const models = files.filter(isModel).toSorted();
  if (tag !== undefined) return withType(models, tag);
  const readable = models.filter(path => !UNSUPPORTED.test(path));
  return [readable, models].map(preferred).find(path => path !== undefined);
}

function preferred(models: readonly string[]): string | undefined {
  return PREFERRED.map(type => withType(models, type)).find(path => path !== undefined) ?? models[0];
}

function isModel(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.endsWith('.gguf') && !COMPANIONS.test(name) && !LATER_PART.test(name);
}

/** The type stands at the end of the name or before a dash. */
function withType(models: readonly string[], type: string): string | undefined {
  const wanted = type.toLowerCase();
  return models.find(path => ['.', '-'].some(end => path.toLowerCase().includes(wanted + end)));
}

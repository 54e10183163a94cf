import { modelGroups } from '../../../hub/modelGroups.ts';

/** Model in files of this computer. */
export interface LocalModel {
  readonly name: string;
  /** Its file, or all parts in order. */
  readonly files: readonly File[];
  readonly sizeBytes: number;
  /** Numbers of parts that are not among the files, from 1. */
  readonly missing: readonly number[];
}

/** Files that someone chose or dropped, sorted into models. */
export interface LocalFiles {
  /** Largest first: the target, and then what may draft for it. */
  readonly models: readonly LocalModel[];
  /** Names of files that are no model by themselves. */
  readonly others: readonly string[];
}

/** Sorts files into models: the parts of a split one belong together. */
export function sortFiles(files: readonly File[]): LocalFiles {
  const byName = new Map(files.map(file => [file.name, file]));
  const groups = modelGroups(
    'local',
    files.map(({ name, size }) => ({ path: name, sizeBytes: size, digest: '' })),
  );
  const models = groups.toReversed().map(({ parts, sizeBytes, missing }) => ({
    name: parts[0],
    files: parts.flatMap(part => byName.get(part) ?? []),
    sizeBytes,
    missing,
  }));
  const used = new Set(models.flatMap(({ files }) => files));
  return { models, others: files.filter(file => !used.has(file)).map(({ name }) => name) };
}

/** Says what is wrong with chosen files; null if nothing is. */
export function fileFault({ models, others }: LocalFiles): string | null {
  const [first] = others;
  if (first !== undefined && /-\d{5}-of-\d{5}\.gguf$/i.test(first)) {
    return `${first} is one part of a model: choose all of its parts at once.`;
  }
  if (first !== undefined) return `${first} is no model: choose .gguf files, without projectors (mmproj).`;
  const broken = models.find(({ missing }) => missing.length > 0);
  if (!broken) return null;
  const parts = broken.missing.length === 1 ? 'part' : 'parts';
  return `${broken.name} lacks ${parts} ${broken.missing.join(', ')}: choose all of its parts at once.`;
}

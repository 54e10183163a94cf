import { partNames } from '../gguf/index.ts';
import { chooseFile, isModel } from './chooseFile.ts';
import type { RepositoryFile } from './repository.ts';

/** Model of a repository: one file, or all parts of a split one. */
export interface ModelGroup {
  /** Shortest name with which the model is loaded: `hf:ORG/NAME:TYPE`, or with its file where the type names another one. */
  readonly address: string;
  /** Path of the file, or of all parts in order. */
  readonly parts: readonly string[];
  /** Type of its weights as the path names it, such as `Q4_K_M`; null if it names none. */
  readonly type: string | null;
  readonly sizeBytes: number;
  /** Numbers of parts that the repository lacks, from 1. */
  readonly missing: readonly number[];
}

/** Type in a path: after a dash, a dot or a slash, and up to the next one. */
const TYPE = /(?:^|[-./_])((?:UD-)?(?:I?Q\d\w*|TQ\d_\d|MXFP4\w*|NVFP4\w*|BF16|F16|F32|FP16|FP32))(?=[-./])/gi;

/** Models among the files of the repository `name`, smallest first; projectors, statistics and drafts that need a target are none. */
export function modelGroups(name: string, files: readonly RepositoryFile[]): readonly ModelGroup[] {
  const paths = files.map(({ path }) => path);
  const sizes = new Map(files.map(({ path, sizeBytes }) => [path, sizeBytes]));
  return paths
    .filter(isModel)
    .map(path => {
      const parts = partNames(path) ?? [path];
      const type = typeOf(path);
      const isChosen = type !== null && chooseFile(paths, type) === path;
      return {
        address: isChosen ? `hf:${name}:${type}` : `hf:${name}/${path}`,
        parts,
        type,
        sizeBytes: parts.reduce((sum, part) => sum + (sizes.get(part) ?? 0), 0),
        missing: parts.flatMap((part, i) => (sizes.has(part) ? [] : [i + 1])),
      };
    })
    .sort((a, b) => a.sizeBytes - b.sizeBytes);
}

/** The last type that a path names, in capitals: a folder may name another one before it. */
export function typeOf(path: string): string | null {
  return [...path.matchAll(TYPE)].at(-1)?.[1]?.toUpperCase() ?? null;
}

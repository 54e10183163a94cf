import { partNames } from '../gguf/index.ts';
import { ForetokenError } from '../util/errors.ts';
import { chooseFile, chooseSidecar } from './chooseFile.ts';
import type { HubModel } from './hubModel.ts';

/** Most models that an error lists. */
const MAX_LISTED = 20;

/** Path of a model's file, or of all its parts in order, among the `paths` of its repository; null if it is not there. */
export function modelPaths(
  paths: readonly string[],
  { type, file, sidecar }: Omit<HubModel, 'name'>,
): readonly string[] | null {
  const head = sidecar && chooseSidecar(paths, type);
  const chosen =
    file === undefined
      ? (head ?? (sidecar === 'only' ? undefined : chooseFile(paths, type)))
      : paths.find(path => path.toLowerCase() === file.toLowerCase());
  return chosen === undefined ? null : (partNames(chosen) ?? [chosen]);
}

/** Files of a model among those of its repository: one, or all parts in order. Throws `invalid_option`. */
export function modelFiles<F extends { readonly path: string }>(
  files: readonly F[],
  model: HubModel,
): readonly F[] {
  const { name, type, file } = model;
  const byPath = new Map(files.map(file => [file.path, file]));
  const paths = modelPaths([...byPath.keys()], model);
  if (paths === null) {
    throw invalid(`${file ?? type ?? 'a model'} is not in ${name}: ${contents([...byPath.keys()])}`);
  }
  return paths.map(path => byPath.get(path) ?? absent(path, paths.length, name));
}

function absent(path: string, nParts: number, name: string): never {
  throw invalid(
    `${path} is not in ${name}, but this model of ${nParts} parts cannot be loaded without it; choose another file`,
  );
}

/** Models of a repository, for a reader who has to choose one. */
function contents(paths: readonly string[]): string {
  const models = paths.filter(path => path.endsWith('.gguf'));
  if (models.length === 0) return 'it has no GGUF file';
  const more = models.length > MAX_LISTED ? ` and ${models.length - MAX_LISTED} more` : '';
  return `it has ${models.slice(0, MAX_LISTED).join(', ')}${more}`;
}

function invalid(message: string): ForetokenError {
  return new ForetokenError('invalid_option', message);
}

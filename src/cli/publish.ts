import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { partNames } from '../gguf/index.ts';
import type { GivenOptions } from '../protocol/options.ts';
import { LOOKUP_FILE, SLOT_FOLDER, secretPath, type TabOptions } from '../protocol/tab.ts';
import { assert } from '../util/assert.ts';
import { ForetokenError } from '../util/errors.ts';
import type { ServeOptions } from './commandLine.ts';
import { locate, type ModelChoice } from './hub/locate.ts';
import type { Machine } from './machine.ts';

/** Options for the tab: models, folder for slots and cache of look-ups are addresses below the secret. */
export async function publish(
  { model, modelDraft, engine, offline, hfToken }: ServeOptions,
  { env, display, log }: Pick<Machine, 'env' | 'display' | 'log'>,
  secret: string,
  files: Map<string, string>,
  signal: AbortSignal,
): Promise<TabOptions> {
  const locating = { env, offline, display, log, signal, ...(hfToken !== undefined && { token: hfToken }) };

  async function publishModel(role: string, choice: ModelChoice | null): Promise<string | null> {
    const path = choice && (await locate(choice, locating));
    if (path === null) return null;
    // The tab derives the names of the other parts of a split model.
    for (const part of partNames(path) ?? [path]) {
      await checkReadable(part);
      files.set(nameOf(role, part), resolve(part));
    }
    return secretPath(secret, nameOf(role, path));
  }
  const target = await publishModel('target', model);
  assert(target !== null, 'no model');
  const draft = await publishModel('draft', modelDraft);
  return {
    ...engine,
    model: target,
    ...(draft !== null && { modelDraft: draft }),
    ...(engine.slotSavePath !== undefined && { slotSavePath: secretPath(secret, SLOT_FOLDER) }),
    ...(engine.lookupCache !== undefined && { lookupCache: secretPath(secret, LOOKUP_FILE) }),
  };
}

/** Publishes a file under its own name, which messages use. */
function nameOf(role: string, path: string): string {
  return `${role}/${encodeURIComponent(basename(path))}`;
}

async function checkReadable(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  const readable = await access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
  if (found?.isFile() && readable) return;
  throw new ForetokenError('invalid_option', `cannot read the model ${path}; check the path`);
}

/** Folder for saved slots; throws if it does not exist. */
export async function slotFolderOf({ slotSavePath: path }: GivenOptions): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) return resolve(path);
  throw new ForetokenError(
    'invalid_option',
    `not a directory: ${path}; make it, or name another with --slot-save-path`,
  );
}

/** File that keeps what look-ups learn, which may be absent; throws if it cannot be in this place. */
export async function lookupFileOf({ lookupCache: path }: GivenOptions): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const [found, folder] = await Promise.all(
    [path, dirname(resolve(path))].map(each => stat(each).catch(() => null)),
  );
  if ((found === null || found.isFile()) && folder?.isDirectory()) return resolve(path);
  throw new ForetokenError(
    'invalid_option',
    `no file can be at ${path}; name one in a folder that exists with --lookup-cache-dynamic`,
  );
}

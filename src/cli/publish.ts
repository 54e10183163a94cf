import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { SLOT_FOLDER, secretPath, type TabOptions } from '../protocol/tab.ts';
import { ForetokenError } from '../util/errors.ts';
import type { ServeOptions } from './commandLine.ts';
import type { Settings } from './flags/flag.ts';
import { locate, type ModelChoice } from './hub/locate.ts';
import type { Machine } from './machine.ts';

/** The options as the tab gets them: the models and the folder for slots under the secret, where it finds the files. */
export async function publish(
  { model, modelDraft, engine, offline, hfToken }: ServeOptions,
  { env, display, log }: Machine,
  secret: string,
  files: Map<string, string>,
  signal: AbortSignal,
): Promise<TabOptions> {
  const locating = { env, offline, display, log, signal, ...(hfToken !== undefined && { token: hfToken }) };

  async function publishFile(role: string, choice: ModelChoice): Promise<string> {
    const path = await locate(choice, locating);
    const file = resolve(path);
    const found = await stat(file).catch(() => null);
    const readable = await access(file, constants.R_OK).then(
      () => true,
      () => false,
    );
    if (!found?.isFile() || !readable) {
      throw new ForetokenError('invalid_option', `cannot read the model ${path}; check the path`);
    }
    // Under its own name, which is what messages call it.
    const name = `${role}/${encodeURIComponent(basename(file))}`;
    files.set(name, file);
    return secretPath(secret, name);
  }
  return {
    ...engine,
    model: await publishFile('target', model),
    ...(modelDraft && { modelDraft: await publishFile('draft', modelDraft) }),
    ...(engine.slotSavePath !== undefined && { slotSavePath: secretPath(secret, SLOT_FOLDER) }),
  };
}

/** The folder for saved slots, which has to be there. */
export async function slotFolderOf({ slotSavePath: path }: Settings): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) return resolve(path);
  throw new ForetokenError(
    'invalid_option',
    `not a directory: ${path}; make it, or name another with --slot-save-path`,
  );
}

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ForetokenError } from '../../util/errors.ts';
import type { Environment } from '../environment.ts';

/** Preferences that enable WebGPU in Firefox. */
export const FIREFOX_PREFERENCES = {
  'dom.webgpu.enabled': true,
  'gfx.webgpu.ignore-blocklist': true,
};

const NAMES = ['firefox', 'firefox-esr', 'firefox.exe'];

/** Places outside of the PATH. */
const PLACES = [
  '/snap/bin/firefox',
  '/Applications/Firefox.app/Contents/MacOS/firefox',
  'C:\\Program Files\\Mozilla Firefox\\firefox.exe',
];

/** Path of an installed Firefox: the one that `FORETOKEN_FIREFOX` names, else one of the PATH. Throws `invalid_option`. */
export function findFirefox({ FORETOKEN_FIREFOX, PATH = '' }: Environment): string {
  if (FORETOKEN_FIREFOX) return FORETOKEN_FIREFOX;
  const onPath = PATH.split(delimiter).flatMap(folder => NAMES.map(name => join(folder, name)));
  const found = [...onPath, ...PLACES].find(path => existsSync(path));
  if (found) return found;
  throw new ForetokenError(
    'invalid_option',
    'no Firefox found; install one, or set FORETOKEN_FIREFOX to its path',
  );
}

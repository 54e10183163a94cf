import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromiumFlags } from './chromium.mjs';

/**
 * Environment of the commands in `src/cli`, see `Machine` there.
 *
 * @param {string} root folder of package.json
 * @param {() => string} findBrowser finds the path of a Chromium; throws if there is none
 */
export function machineAt(root, findBrowser) {
  return {
    env: process.env,
    version: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version,
    site: join(root, 'dist'),
    keeper: join(root, 'bin', 'keeper.mjs'),
    browserFlags: chromiumFlags(),
    findBrowser,
    display: process.stderr,
    log: line => console.log(line),
  };
}

import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';

const OLDEST_NODE = [20, 19];

/**
 * Installs the packages of the lock file if they are missing or older than it. Uses only Node itself, since it runs before
 * anything is installed. Throws an `Error` whose message states the remedy.
 *
 * @param {string} root folder of package.json
 */
export function installPackages(root) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    throw new Error(
      `Node ${process.versions.node} is too old; install Node ${OLDEST_NODE.join('.')} or newer (https://nodejs.org)`,
    );
  }
  // npm writes this file last, so its time tells whether and when an installation was completed.
  const installed = modified(join(root, 'node_modules', '.package-lock.json'));
  if (installed >= modified(join(root, 'package-lock.json'))) return;

  // Print to stderr, because stdout may be redirected as JSON.
  console.error('Installing packages (npm ci)');
  const windows = process.platform === 'win32';
  const { status } = spawnSync('npm', ['ci', '--include=dev', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['inherit', 2, 2],
    shell: windows,
  });
  if (status !== 0)
    throw new Error('npm ci failed; check the connection to the package registry and try again');
}

/** @param {string} path @returns {number} milliseconds since the epoch, 0 if there is no such file */
function modified(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

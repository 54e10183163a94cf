// keeper.mjs PROFILE EXECUTABLE ARGS…: runs a Chromium with the profile folder. When standard input closes, because our parent
// is done or dead, or when the browser ends, everything of it goes: its processes and its profile.
import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';

const [profile, executable, ...args] = process.argv.slice(2);
const windows = process.platform === 'win32';

// Chromium ends when the debugging pipe (descriptors 3 and 4) closes, which it does even if we are killed.
const browser = spawn(executable, [`--user-data-dir=${profile}`, '--remote-debugging-pipe', ...args], {
  stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  detached: !windows,
});
browser.stdio[4].resume();
for (const pipe of [browser.stdio[3], browser.stdio[4]]) pipe.on('error', () => {});
browser.once('error', end);
browser.once('exit', end);
process.stdin.once('close', end).on('error', end).resume();

async function end() {
  // The profile is not needed again, so there is nothing for Chromium to save.
  try {
    if (windows) browser.kill();
    else process.kill(-browser.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
  await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 25 });
  process.exit();
}

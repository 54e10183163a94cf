// keeper.mjs PROFILE [PID]: waits until standard input closes, because the browser has ended, or our parent is done or dead.
// Then everything of that browser goes: what is left of its process group, and its profile.
import { rm } from 'node:fs/promises';

const [profile, pid] = process.argv.slice(2);

process.stdin.once('close', end).on('error', end).resume();

async function end() {
  // The profile is not needed again, so there is nothing for Chromium to save.
  try {
    if (pid) process.kill(process.platform === 'win32' ? Number(pid) : -pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
  await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 25 });
  process.exit();
}

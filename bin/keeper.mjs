// keeper.mjs PROFILE [PID]: waits until standard input closes, because the browser has ended or the parent process has ended or
// died. Then kills the rest of the browser's process group and deletes its profile.
import { rm } from 'node:fs/promises';

const [profile, pid] = process.argv.slice(2);

process.stdin.once('close', end).on('error', end).resume();

async function end() {
  // Kill at once: Chromium has nothing to save, since the profile is not needed again.
  try {
    if (pid) process.kill(process.platform === 'win32' ? Number(pid) : -pid, 'SIGKILL');
  } catch {
    // The browser has ended already.
  }
  await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 25 });
  process.exit();
}

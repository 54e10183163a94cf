import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** Site at an address of this machine. */
export interface Site {
  readonly url: string;
  close(): Promise<void>;
}

/** Runs `next start` in a project. */
export async function startNext(folder: string): Promise<Site> {
  const bin = join(folder, 'node_modules', 'next', 'dist', 'bin', 'next');
  const next = spawn(process.execPath, [bin, 'start', '--port', '0', '--hostname', '127.0.0.1'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<void>(resolve => next.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    let printed = '';
    // Its output has to be read on, or it ends.
    next.stdout.on('data', chunk => {
      printed += chunk;
      const [address] = /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(printed) ?? [];
      if (address && /Ready/.test(printed)) resolve(address);
    });
    exited.then(() => reject(new Error(`next start ended: ${printed}`)));
  });
  return {
    url,
    async close() {
      next.kill();
      await exited;
    },
  };
}

import { spawn } from 'node:child_process';

/** Runs a program to its end. Resolves with what it printed, and rejects with all of that if it fails. */
export function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', CI: '1' },
    });
    let output = '';
    let all = '';
    child.stdout.on('data', text => {
      output += text;
      all += text;
    });
    child.stderr.on('data', text => {
      all += text;
    });
    child.once('error', reject);
    child.once('close', status => {
      if (status === 0) resolve(output);
      else reject(new Error(`${command} ${args.join(' ')} ended with ${status}:\n${all}`));
    });
  });
}

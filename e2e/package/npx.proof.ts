import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './process.ts';
import { expect, modelsOf, test } from './test.ts';

const HEALTH_LIMIT_MS = 60_000;

test('npx of the tarball in an empty folder serves a chat to curl', async ({ packed }) => {
  const models = modelsOf(await packed.project('vite', { pins: false }));
  const model = (name: string) => join(models, `foretoken-stories-${name}-q4_0.gguf`);
  const folder = await packed.folder();
  const child = spawn(
    'npx',
    [
      ...['--yes', '--offline', `--package=${packed.tarball}`, 'foretoken', 'serve'],
      ...['-m', model('moe'), '-md', model('draft'), '-c', '512', '--port', '0'],
    ],
    { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'], detached: true },
  );
  const ended = once(child, 'exit');
  try {
    const url = await addressIn(child.stdout);
    await expect
      .poll(async () => (await fetch(`${url}health`)).status, { timeout: HEALTH_LIMIT_MS })
      .toBe(200);
    const request = { messages: [{ role: 'user', content: 'Tell me about an owl.' }], max_tokens: 8 };
    const answer = await run(
      'curl',
      ['--silent', '--fail', `${url}v1/chat/completions`, '-d', JSON.stringify(request)],
      folder,
    );
    expect(JSON.parse(answer).choices[0].message.content).toMatch(/\w/);
    expect(await readdir(folder)).toEqual([]);
  } finally {
    // The whole group, because npx does not pass signals on.
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    await ended;
  }
});

test('npx of the tarball runs the lab in a folder without Playwright', async ({ packed }) => {
  const folder = await packed.folder();
  const output = await run(
    'npx',
    [
      ...['--yes', '--offline', `--package=${packed.tarball}`, 'foretoken', 'lab', '--out', 'reports'],
      ...['--only', 'argmax:*', '--only', 'golden:*'],
    ],
    folder,
  );
  expect(output).toMatch(/All \d+ checks are right\./);
  expect(await readdir(join(folder, 'reports'))).toEqual([expect.stringMatching(/\.json$/)]);
});

/** Address that the command prints when it listens. */
function addressIn(output: NodeJS.ReadableStream): Promise<string> {
  let printed = '';
  return new Promise((resolve, reject) => {
    output.on('data', text => {
      printed += text;
      const [, address] = /^listening on (\S+)$/m.exec(printed) ?? [];
      if (address) resolve(address);
    });
    output.on('end', () => reject(new Error(`foretoken ended: ${printed}`)));
  });
}

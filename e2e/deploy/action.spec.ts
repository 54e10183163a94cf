import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test as base, expect } from 'playwright/test';
import { bundledFile, MOE_Q4_0 } from '../fixtures/models.ts';
import { freePorts } from './balancer.ts';

const SCRIPT = fileURLToPath(new URL('../../deploy/action/start.sh', import.meta.url));
const LAUNCHER = fileURLToPath(new URL('../../bin/foretoken', import.meta.url));

/** Replacement of npx: writes its arguments down, and runs this repository's command in the place of the package's. */
const NPX = `#!/usr/bin/env bash
printf '%s\\n' "$@" >"$RUNNER_TEMP/npx"
while [[ $1 != foretoken ]]; do shift; done
exec "$FORETOKEN_NODE" "$FORETOKEN_LAUNCHER" "\${@:2}"
`;
/** Replacement of npx for a server that never answers. */
const IDLE = '#!/usr/bin/env bash\nexec sleep 60\n';

interface Step {
  readonly code: number;
  readonly output: string;
  /** Variables that the step wrote for the following ones. */
  readonly env: string;
  readonly results: Record<string, string>;
  /** Arguments of npx, one in a line. */
  readonly npx: string;
}

const test = base.extend<{ start: (inputs: Record<string, string>, npx?: string) => Promise<Step> }>({
  start: async ({ browserName: _ }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'foretoken-action-'));
    const pids: number[] = [];
    await use(async (inputs, npx = NPX) => {
      const [port] = await freePorts(1);
      for (const [name, text] of Object.entries({ npx, env: '', output: '' })) {
        await writeFile(join(folder, name === 'npx' ? 'npx' : `github-${name}`), text);
      }
      await chmod(join(folder, 'npx'), 0o755);
      const env = {
        PATH: `${folder}:${process.env.PATH}`,
        HOME: folder,
        RUNNER_TEMP: await mkdtemp(join(folder, 'temp-')),
        GITHUB_ENV: join(folder, 'github-env'),
        GITHUB_OUTPUT: join(folder, 'github-output'),
        FORETOKEN_NODE: process.execPath,
        FORETOKEN_LAUNCHER: LAUNCHER,
        FORETOKEN_MODEL: fileURLToPath(bundledFile(MOE_Q4_0)),
        FORETOKEN_ARGS: '',
        FORETOKEN_VERSION: 'latest',
        FORETOKEN_PORT: String(port),
        FORETOKEN_TIMEOUT: '120',
        ...inputs,
      };
      const { code, output } = await bash(env);
      const lines = (await readFile(env.GITHUB_OUTPUT, 'utf8')).split('\n').filter(Boolean);
      const results = Object.fromEntries(lines.map(line => line.split('=', 2)));
      if (results.pid) pids.push(Number(results.pid));
      return {
        code,
        output,
        env: await readFile(env.GITHUB_ENV, 'utf8'),
        results,
        npx: await readFile(join(env.RUNNER_TEMP, 'npx'), 'utf8').catch(() => ''),
      };
    });
    for (const pid of pids) process.kill(pid, 'SIGINT');
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  },
});

function bash(env: Record<string, string>): Promise<{ code: number; output: string }> {
  return new Promise(resolve => {
    const child = execFile('bash', [SCRIPT], { env }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, output: stdout + stderr }),
    );
  });
}

test('the action starts a server that the following steps find', async ({ start }) => {
  const step = await start({ FORETOKEN_ARGS: '-c 512\n  -np 1', FORETOKEN_VERSION: '0.1.0' });
  expect(step.output).toContain('foretoken serve answers at');
  expect(step.code).toBe(0);
  const { url } = step.results;
  expect(step.env).toBe(`OPENAI_BASE_URL=${url}/v1\nOPENAI_API_KEY=none-needed\n`);
  expect(step.npx).toMatch(/^--yes\n--package\nforetoken@0\.1\.0\nforetoken\nserve\n/);
  expect(await (await fetch(`${url}/slots`)).json()).toHaveLength(1);
  const messages = [{ role: 'user', content: 'Tell me about an owl.' }];
  const body = JSON.stringify({ messages, max_tokens: 4 });
  const answer = await (await fetch(`${url}/v1/chat/completions`, { method: 'POST', body })).json();
  expect(answer.usage.completion_tokens).toBe(4);
  expect(await readFile(step.results.log ?? '', 'utf8')).toMatch(/^ready: /m);
});

test('a model that is not there ends the action with the reason', async ({ start }) => {
  const step = await start({ FORETOKEN_MODEL: 'missing.gguf' });
  expect(step.code).toBe(1);
  expect(step.output).toContain('::error title=foretoken::the server ended before its model was loaded');
  expect(step.output).toContain('error: cannot read the model missing.gguf; check the path');
  expect(step.env).toBe('');
});

test('a server that does not become ready ends the action after its time', async ({ start }) => {
  const step = await start({ FORETOKEN_TIMEOUT: '1' }, IDLE);
  expect(step.code).toBe(1);
  expect(step.output).toContain('the model was not loaded after 1 s; give the input timeout more');
});

for (const [model, flags] of [
  ['ORG/NAME:Q4_K_M', '-hf\nORG/NAME:Q4_K_M'],
  ['https://models.example/a.gguf', '-mu\nhttps://models.example/a.gguf'],
  ['models/a.gguf', '-m\nmodels/a.gguf'],
] as const) {
  test(`the model ${model} becomes a flag, and arguments are not read by a shell`, async ({ start }) => {
    const npx = NPX.replace(/exec .*/, 'exit 1');
    const args = '--alias $(id) --api-key *';
    const step = await start(
      { FORETOKEN_MODEL: model, FORETOKEN_ARGS: args, FORETOKEN_VERSION: './a.tgz' },
      npx,
    );
    expect(step.npx).toContain('--package\n./a.tgz\nforetoken\n');
    expect(step.npx.endsWith(`${flags}\n--alias\n$(id)\n--api-key\n*\n`)).toBe(true);
  });
}

import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright/test';
import { expect, test } from 'playwright/test';
import { bundledFile, DRAFT_Q4_0 } from './fixtures/models.ts';
import { ServeProcess } from './fixtures/serveProcess.ts';

const MODEL = ['-m', fileURLToPath(bundledFile(DRAFT_Q4_0)), '-c', '512', '--port', '0', '--api-key', 'key'];
/** With credentials, browsers read `*`, the default, as the name of a header, so `Authorization` must be listed. */
const HEADERS = ['--cors-headers', 'content-type,authorization'];

interface Asked {
  readonly path: string;
  readonly key?: string;
  readonly body?: object;
}

/**
 * Response that a page of another origin can read, with cookies and keys sent along: a status and a text; null if it can read
 * none.
 */
function ask(page: Page, server: string, asked: Asked): Promise<{ status: number; text: string } | null> {
  return page.evaluate(
    async ({ url, key, body }) => {
      const answer = await fetch(url, {
        credentials: 'include',
        headers: {
          ...(key && { authorization: `Bearer ${key}` }),
          ...(body && { 'content-type': 'application/json' }),
        },
        ...(body && { method: 'POST', body: JSON.stringify(body) }),
      }).catch(() => null);
      return answer && { status: answer.status, text: await answer.text() };
    },
    { url: new URL(asked.path, server).href, ...asked },
  );
}

const COMPLETION = { prompt: 'Once upon a time', n_predict: 2 };

for (const origins of ['*', 'localhost', 'page']) {
  test(`a page of another origin reads every response to its credentials, with --cors-origins ${origins}`, async ({
    page,
    baseURL,
  }) => {
    const origin = new URL(String(baseURL)).origin;
    const named = origins === 'page' ? origin : origins;
    const server = await ServeProcess.start([...MODEL, ...HEADERS, '--cors-origins', named]);
    try {
      await server.ready();
      const url = await server.url();
      await page.goto('harness.html');
      expect(new URL(url).origin).not.toBe(origin);
      const key = 'key';
      for (const [asked, status, text] of [
        [{ path: 'health' }, 200, 'ok'],
        [{ path: 'v1/models', key }, 200, '"data"'],
        [{ path: 'v1/models' }, 401, 'Invalid API Key'],
        [{ path: 'completion', key, body: COMPLETION }, 200, '"content"'],
        [{ path: 'completion', key, body: { ...COMPLETION, stream: true } }, 200, 'data: '],
        [{ path: 'completion', key, body: {} }, 400, 'prompt'],
        [{ path: 'completion', body: COMPLETION }, 401, 'Invalid API Key'],
        [{ path: 'nope', key }, 404, 'File Not Found'],
      ] as const) {
        const answer = await ask(page, url, asked);
        expect(answer?.status, JSON.stringify(asked)).toBe(status);
        expect(answer?.text).toContain(text);
      }
    } finally {
      await server.dispose();
    }
  });
}

test('a page of another origin cannot read responses to its credentials if they are not allowed', async ({
  page,
}) => {
  const server = await ServeProcess.start([...MODEL, '--no-cors-credentials']);
  try {
    await server.ready();
    await page.goto('harness.html');
    expect(await ask(page, await server.url(), { path: 'health' })).toBeNull();
  } finally {
    await server.dispose();
  }
});

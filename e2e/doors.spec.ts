import { fileURLToPath } from 'node:url';
import { comparable } from './fixtures/comparable.ts';
import { API_KEY, DOOR_REQUESTS, type DoorRequest } from './fixtures/doorRequests.ts';
import { bundledFile, DRAFT_Q4_0, MOE_Q4_0 } from './fixtures/models.ts';
import { PageServer } from './fixtures/pageServer.ts';
import { ServeProcess } from './fixtures/serveProcess.ts';
import { expect, test } from './fixtures/test.ts';

/** Same server as options of `createServer` and as flags of `foretoken serve`. */
const OPTIONS = {
  nCtx: 1024,
  nSlots: 2,
  nPredict: 16,
  seed: 7,
  embeddings: true,
  pooling: 'mean',
  alias: 'pair',
  tags: ['stories'],
  apiKeys: [API_KEY],
  metricsEndpoint: true,
  propsEndpoint: true,
  // Adaptive draft lengths depend on the machine's speed, and show in the answers.
  draftAdaptive: false,
} as const;
const FLAGS = [
  ...['-m', fileURLToPath(bundledFile(MOE_Q4_0)), '-md', fileURLToPath(bundledFile(DRAFT_Q4_0))],
  ...['-c', '1024', '-np', '2', '-n', '16', '-s', '7', '--embeddings', '--pooling', 'mean'],
  ...['-a', 'pair', '--tags', 'stories', '--api-key', API_KEY, '--metrics', '--props'],
  ...['--no-spec-adaptive', '--port', '0'],
];

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

let page: PageServer;
let serve: ServeProcess;

test.beforeAll(async ({ openHarness }) => {
  serve = await ServeProcess.start(FLAGS);
  page = await PageServer.start(openHarness.page, { ...OPTIONS, model: MOE_Q4_0, modelDraft: DRAFT_Q4_0 });
  await serve.ready();
});
test.afterAll(() => Promise.all([page.close(), serve.dispose()]));

/** Options of `fetch` for a request. */
function initOf({ method, body, headers = { authorization: `Bearer ${API_KEY}` } }: DoorRequest) {
  const text = typeof body === 'object' ? JSON.stringify(body) : body;
  return { method, headers, ...(text !== undefined && { body: text }) };
}

async function throughPort(request: DoorRequest): Promise<Answer> {
  const response = await fetch(new URL(request.path, await serve.url()), initOf(request));
  const contentType = response.headers.get('content-type') ?? '';
  return { status: response.status, contentType, body: await response.text() };
}

function throughPage(request: DoorRequest): Promise<Answer> {
  return page.handle.evaluate(
    async (server, { path, init }) => {
      const response = await server.fetch(path, init);
      const contentType = response.headers.get('content-type') ?? '';
      return { status: response.status, contentType, body: await response.text() };
    },
    { path: request.path, init: initOf(request) },
  );
}

for (const [i, request] of DOOR_REQUESTS.entries()) {
  const { method, path, body = '' } = request;
  const shown = (typeof body === 'string' ? body : JSON.stringify(body)).slice(0, 60);
  test(`${i + 1}: ${method} ${path} ${shown}`, async ({ harness: _ }) => {
    const [port, inPage] = await Promise.all([throughPort(request), throughPage(request)]);
    expect({ status: port.status, contentType: port.contentType }, port.body).toEqual({
      status: inPage.status,
      contentType: inPage.contentType,
    });
    expect(comparable(port.contentType, port.body)).toEqual(comparable(inPage.contentType, inPage.body));
    expect(port.status, port.body).toBe(request.status);
  });
}

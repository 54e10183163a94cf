import { readFile } from 'node:fs/promises';
import type { BrowserContext } from 'playwright/test';
import { FakeHub } from '../../src/cli/hub/fakeHub.ts';
import { bundledFile, MOE_Q4_0 } from '../fixtures/models.ts';

/** Opens a Hub whose only repository has a bundled model, whatever its name and type in a guide. */
export async function openHub(): Promise<FakeHub> {
  const model = await readFile(bundledFile(MOE_Q4_0));
  return FakeHub.open({ 'model-Q4_K_M.gguf': model });
}

/** Sends what a context asks of the Hugging Face Hub to `hub`. */
export async function routeHub(context: BrowserContext, hub: FakeHub): Promise<void> {
  await context.route('https://huggingface.co/**', async route => {
    const request = route.request();
    const { pathname, search } = new URL(request.url());
    const path = pathname.replace(/^(\/api\/models)?\/[^/]+\/[^/]+/, '$1/org/name');
    const { status, headers, body } = await ask(
      hub.endpoint + path + search,
      request.method(),
      request.headers(),
    );
    await route.fulfill({ status, headers, body });
  });
}

async function ask(url: string, method: string, { range, authorization }: Record<string, string>) {
  const response = await fetch(url, {
    method,
    headers: { ...(range && { range }), ...(authorization && { authorization }) },
  });
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: Buffer.from(await response.arrayBuffer()),
  };
}

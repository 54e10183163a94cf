import { fileURLToPath } from 'node:url';
import { expect, test } from 'playwright/test';
import { soak } from '../bench/soak.mjs';
import { bundledFile, DRAFT_Q4_0, MOE_Q4_0 } from './fixtures/models.ts';
import { ServeProcess } from './fixtures/serveProcess.ts';

const FLAGS = [
  ...['-m', fileURLToPath(bundledFile(MOE_Q4_0)), '-md', fileURLToPath(bundledFile(DRAFT_Q4_0))],
  ...['-c', '1024', '-np', '4', '--metrics', '--port', '0'],
];

// Short form of `npm run soak`, which also watches the memory.
test('many clients on few slots get their single-client answers, although others disconnect', async () => {
  const server = await ServeProcess.start(FLAGS);
  try {
    await server.ready();
    const result = await soak({ url: await server.url(), nClients: 16, nJobs: 8, seconds: 5 });
    expect(result.wrong).toEqual([]);
    expect(result.nAnswered).toBeGreaterThanOrEqual(10);
    expect(result.nLeft).toBeGreaterThanOrEqual(5);
  } finally {
    await server.dispose();
  }
});

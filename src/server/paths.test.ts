import { expect, it, vi } from 'vitest';
import { isServerPath } from '../protocol/paths.ts';
import { createRoutes } from './routes.ts';
import { testServer } from './testing/testServer.ts';

vi.mock('./routes.ts', async original => {
  const module = await original<typeof import('./routes.ts')>();
  return { ...module, createRoutes: vi.fn(module.createRoutes) };
});

/** Paths of all routes, with `1` for their parameters. */
function paths(): string[] {
  testServer();
  const [created] = vi.mocked(createRoutes).mock.results;
  if (created?.type !== 'return') throw new Error('the server has no routes');
  return created.value.routes.map(({ path }) => path.replaceAll(/:[a-z_]+|\*/g, '1'));
}

it('every route of the server is recognised by its path, except those where an origin has its files', () => {
  expect(paths().filter(path => !isServerPath(path))).toEqual(['/models/1']);
});

it('a path is recognised only if the server has it', async () => {
  const server = testServer();
  const known = new Set(paths());
  const candidates = ['/', '/index.html', '/v1', '/healthy', '/slots/1/2', '/models/a.gguf', '/completion/x'];
  for (const path of candidates) expect([path, isServerPath(path)]).toEqual([path, known.has(path)]);
  expect((await server.fetch(new Request('http://page/v1/nothing'))).status).toBe(404);
});

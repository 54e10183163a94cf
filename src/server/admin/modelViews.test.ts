import { describe, expect, it } from 'vitest';
import { errorOf, testServer } from '../testing/testServer.ts';

const ALIAS = ['org/model:Q4_0', 'plain', '50%', 'a b', 'org/%2F', 'ü'];

function get(path: string, alias: string[] = ALIAS): Promise<Response> {
  return testServer({ settings: { alias } }).fetch(new Request(`http://page${path}`));
}

describe('GET /v1/models/ID', () => {
  it.each([
    '/v1/models/plain',
    '/models/plain',
    '/v1/models/org/model:Q4_0',
    '/v1/models/org/model%3AQ4_0',
    '/v1/models/org%2Fmodel%3AQ4_0',
    '/v1/models/org%2fmodel:Q4_0?x=1',
    '/v1/models/50%25',
    '/v1/models/50%',
    '/v1/models/a%20b',
    '/v1/models/a b',
    '/v1/models/org/%2F',
    '/v1/models/org%2F%252F',
    '/v1/models/%C3%BC',
    '/v1/models/ü',
  ])('every name of the model returns its entry of the list: %s', async path => {
    const response = await get(path);
    expect(response.status).toBe(200);
    const [{ created: _, ...entry }] = (await (await get('/v1/models')).json()).data;
    expect(await response.json()).toMatchObject(entry);
  });

  it('a model without an alias is named after its file', async () => {
    expect(await (await get('/v1/models/tiny', [])).json()).toMatchObject({ id: 'tiny', object: 'model' });
  });

  it.each([
    ['/v1/models/other', 'other'],
    ['/v1/models/plain/', 'plain/'],
    ['/v1/models/PLAIN', 'PLAIN'],
    ['/v1/models/org', 'org'],
    ['/v1/models/model:Q4_0', 'model:Q4_0'],
    ['/v1/models/tiny', 'tiny'],
    ['/models/org%2Fother', 'org/other'],
    ['/v1/models/%', '%'],
    ['/v1/models/plain%00', 'plain\0'],
    ['/v1/models/50%2525', '50%25'],
  ])('an unknown model is not found: %s', async (path, name) => {
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(await errorOf(response)).toMatchObject({
      code: 404,
      type: 'not_found_error',
      message: expect.stringContaining(`The model '${name}' does not exist`),
    });
  });

  it('the route needs the API key', async () => {
    const server = testServer({ settings: { apiKeys: ['key'] } });
    expect((await server.fetch(new Request('http://page/v1/models/tiny'))).status).toBe(401);
  });
});

import { describe, expect, it } from 'vitest';
import { errorOf, testServer } from '../testing/testServer.ts';

const CHAT = { messages: [{ role: 'user', content: 'ab' }], max_tokens: 1 };
const TEXT = { prompt: 'ab', max_tokens: 1 };
const REQUESTS = { '/v1/completions': TEXT, '/v1/chat/completions': CHAT } as const;
type Path = keyof typeof REQUESTS;

function post(path: Path, fields: object): Promise<Response> {
  return testServer({ nSlots: 3 }).post(path, { ...REQUESTS[path], ...fields });
}

describe('fields that would change the answer and are not implemented', () => {
  it.each<[Path, string, unknown]>([
    ['/v1/completions', 'echo', true],
    ['/v1/completions', 'echo', 1],
    ['/v1/completions', 'echo', 'yes'],
    ['/v1/completions', 'best_of', 5],
    ['/v1/completions', 'best_of', 0],
    ['/v1/completions', 'best_of', '2'],
    ['/v1/completions', 'suffix', ' The end.'],
    ['/v1/completions', 'suffix', 5],
    ['/v1/chat/completions', 'functions', [{ name: 'f', parameters: {} }]],
    ['/v1/chat/completions', 'functions', {}],
    ['/v1/chat/completions', 'function_call', { name: 'f' }],
    ['/v1/chat/completions', 'modalities', ['text', 'audio']],
    ['/v1/chat/completions', 'modalities', 'audio'],
    ['/v1/chat/completions', 'web_search_options', {}],
  ])(
    'a request with the field is refused and the error names the field, on %s: %s %j',
    async (path, name, value) => {
      for (const stream of [false, true]) {
        const response = await post(path, { [name]: value, stream });
        expect(response.status).toBe(400);
        const { type, message } = await errorOf(response);
        expect(type).toBe('invalid_request_error');
        expect(message).toContain(`Field '${name}': `);
      }
    },
  );

  it('the field is refused in a request for logprobs of the prompt', async () => {
    const response = await post('/v1/completions', { echo: true, logprobs: 1, max_tokens: 0 });
    expect(response.status).toBe(400);
    expect((await errorOf(response)).message).toContain("Field 'echo'");
  });

  it.each<[Path, object]>([
    ['/v1/completions', { echo: false, best_of: 1, suffix: '' }],
    ['/v1/completions', { echo: null, best_of: null, suffix: null }],
    ['/v1/completions', { n: 3, best_of: 3 }],
    ['/v1/completions', { n_cmpl: 2, best_of: 2 }],
    ['/v1/completions', { n: 2, best_of: 1 }],
    ['/v1/chat/completions', { functions: [], function_call: 'auto' }],
    ['/v1/chat/completions', { functions: null, function_call: 'none' }],
    ['/v1/chat/completions', { modalities: ['text'] }],
    ['/v1/chat/completions', { modalities: [] }],
    ['/v1/chat/completions', { modalities: null, web_search_options: null }],
  ])('the field is accepted with a value that changes nothing, on %s: %j', async (path, fields) => {
    expect((await post(path, fields)).status).toBe(200);
  });
});

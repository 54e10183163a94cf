import { describe, expect, it } from 'vitest';
import type { CompletionProbability } from '../../../protocol/completion.ts';
import type { ResponseEvent, ResponseItem, ResponseObject } from '../../../protocol/responses.ts';
import { sayingServer, templateOpening } from '../../testing/sayingServer.ts';
import {
  E_ACUTE,
  letters,
  parseNamedEvents,
  ScriptedForwardPass,
  testServer,
} from '../../testing/testServer.ts';
import { MessageLogprobs } from './logprobs.ts';

const THINKER = `${templateOpening('A:')}{# </think> #}`;
const include = ['message.output_text.logprobs'];

function token(text: string | readonly number[]): CompletionProbability {
  const bytes = typeof text === 'string' ? [...new TextEncoder().encode(text)] : text;
  return { id: 0, token: '', bytes, logprob: -1, top_logprobs: [] };
}

function bytesOf(tokens: readonly CompletionProbability[]) {
  return tokens.map(({ bytes }) => new TextDecoder('latin1').decode(Uint8Array.from(bytes)));
}

function messageLogprobs(output: readonly ResponseItem[]): readonly CompletionProbability[] {
  return output.flatMap(item => (item.type === 'message' ? item.content : [])).flatMap(part => part.logprobs);
}

describe('selecting the tokens of a message', () => {
  it.each<{ tokens: (string | readonly number[])[]; pieces: string[]; expected: string[][] }>([
    { tokens: ['he', 'llo'], pieces: ['hello'], expected: [['he', 'llo']] },
    { tokens: ['he', 'llo'], pieces: ['he', 'llo'], expected: [['he'], ['llo']] },
    { tokens: ['hel', 'lo'], pieces: ['he', 'llo'], expected: [['hel'], ['lo']] },
    { tokens: ['h', 'e', 'l', 'l'], pieces: ['h', 'el'], expected: [['h'], ['e', 'l']] },
    { tokens: ['<t>', 'so', '</t>', 'yes', ''], pieces: ['yes'], expected: [['yes']] },
    { tokens: ['so', '</t> ye', 's'], pieces: ['yes'], expected: [['</t> ye', 's']] },
    { tokens: ['yes', '.', 'yes'], pieces: ['yes'], expected: [['yes']] },
    { tokens: ['yes', 'END'], pieces: ['yes'], expected: [['yes']] },
    { tokens: [[0xc3], [0xa9], 'a'], pieces: ['éa'], expected: [['Ã', '©', 'a']] },
    { tokens: ['a', [0xc3], [0xa9]], pieces: ['a', 'é'], expected: [['a'], ['Ã', '©']] },
    { tokens: ['', 'a', ''], pieces: ['a'], expected: [['a']] },
    { tokens: ['a'], pieces: ['b'], expected: [[]] },
    { tokens: [], pieces: ['a'], expected: [[]] },
  ])('$pieces are matched to tokens among $tokens', ({ tokens, pieces, expected }) => {
    const logprobs = new MessageLogprobs();
    logprobs.push(tokens.map(token));
    expect(pieces.map(piece => bytesOf(logprobs.take(piece)))).toEqual(expected);
  });
});

describe('log-probabilities of a response', () => {
  it.each([
    { says: 'hello', body: { include }, tokens: [...'hello'] },
    { says: 'hello', body: { include, top_logprobs: 0 }, tokens: [...'hello'] },
    { says: 'hello', body: { include, top_logprobs: null }, tokens: [...'hello'] },
    { says: 'hello', body: { include, top_logprobs: 2 }, tokens: [...'hello'], nTop: 2 },
    { says: 'hello', body: { top_logprobs: 1 }, tokens: [...'hello'], nTop: 1 },
    { says: 'hello', body: { include, stop: 'lo' }, tokens: [...'hel'] },
    { says: 'hello', body: { include, max_output_tokens: 2 }, tokens: [...'he'] },
    { says: '<think>so</think>yes', body: { include }, tokens: [...'yes'] },
    { says: '<think>yes</think>yes', body: { include }, tokens: [...'yes'] },
    { says: '<think>so</think>', body: { include }, tokens: [] },
    { says: 'hello', body: {}, tokens: [] },
    { says: 'hello', body: { top_logprobs: 0 }, tokens: [] },
    { says: 'hello', body: { include: [], top_logprobs: null }, tokens: [] },
    { says: 'hello', body: { include: ['reasoning.encrypted_content'] }, tokens: [] },
  ])('$body gives the tokens of $says', async ({ says, body, tokens, nTop = 0 }) => {
    const { post } = sayingServer(says, { chatTemplate: THINKER });
    const whole: ResponseObject = await (await post('/v1/responses', { input: 'hi', ...body })).json();
    const streamed = await post('/v1/responses', { input: 'hi', ...body, stream: true });
    const events = parseNamedEvents<ResponseEvent>(await streamed.text());

    const logprobs = messageLogprobs(whole.output);
    expect(bytesOf(logprobs)).toEqual(tokens);
    for (const each of logprobs) {
      expect('top_logprobs' in each ? each.top_logprobs : undefined).toHaveLength(nTop);
      expect('logprob' in each ? each.logprob : undefined).toBeLessThanOrEqual(0);
    }
    expect(messageLogprobs(events.at(-1)?.response?.output ?? [])).toEqual(logprobs);
    const of = (type: string) => events.filter(event => event.type === type).flatMap(event => event.logprobs);
    expect(of('response.output_text.delta')).toEqual(logprobs);
    expect(of('response.output_text.done')).toEqual(logprobs);
  });

  it('a character of several tokens has all of its bytes', async () => {
    const script = [1, 0, ...letters('h'), ...E_ACUTE, ...letters('y')];
    const server = testServer({
      target: new ScriptedForwardPass(script, { nCtx: 64 }),
      settings: { chatTemplate: '{{ messages[0].content }}' },
    });
    const body = { input: 'a', include };
    const whole: ResponseObject = await (await server.post('/v1/responses', body)).json();
    const logprobs = messageLogprobs(whole.output);
    expect(bytesOf(logprobs)).toEqual(['h', 'Ã', '©', 'y']);
    const streamed = await server.post('/v1/responses', { ...body, stream: true });
    const events = parseNamedEvents<ResponseEvent>(await streamed.text());
    expect(events.flatMap(({ type, logprobs = [] }) => (type.endsWith('delta') ? logprobs : []))).toEqual(
      logprobs,
    );
  });
});

import { describe, expect, it } from 'vitest';
import type { ChatCompletionChunk } from '../../protocol/openai.ts';
import { asciiTokenizer, joined, sayingServer, templateOpening } from '../testing/sayingServer.ts';
import {
  errorOf,
  Gate,
  parseEvents,
  parseOpenAiEvents,
  ScriptedForwardPass,
  testServer,
} from '../testing/testServer.ts';

const CONTROL = '/v1/chat/completions/control';

describe(CONTROL, () => {
  it.each([
    { reasoning_control: true, answer: { success: true }, content: true },
    {
      reasoning_control: false,
      answer: { success: false, message: 'reasoning control not enabled for this completion' },
      content: false,
    },
  ])(
    'reasoning_control decides if thoughts can be ended: $reasoning_control',
    async ({ reasoning_control, answer, content }) => {
      const gate = new Gate();
      const { nVocab } = asciiTokenizer;
      const script = asciiTokenizer.encode('a'.repeat(40), { addSpecial: false, parseSpecial: false });
      const server = testServer({
        tokenizer: asciiTokenizer,
        target: gate.guard(new ScriptedForwardPass(script, { nVocab, nCtx: 64 })),
        settings: { chatTemplate: templateOpening('<think>{# </think> #}') },
      });
      gate.close();
      const response = await server.post('/v1/chat/completions', {
        messages: [{ role: 'user', content: 'a' }],
        stream: true,
        return_progress: true,
        reasoning_control,
      });
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      let text = (await reader?.read())?.value ?? '';
      const [{ id }] = parseEvents<ChatCompletionChunk>(text);
      expect(await (await server.post(CONTROL, { id, action: 'reasoning_end' })).json()).toEqual(answer);

      gate.open();
      for (let part = await reader?.read(); part && !part.done; part = await reader?.read())
        text += part.value;
      const message = joined(parseOpenAiEvents(text));
      expect({ thought: message.reasoning !== '', content: message.content !== '' }).toEqual({
        thought: !content,
        content,
      });
      const late = await server.post(CONTROL, { id, action: 'reasoning_end' });
      expect(await late.json()).toEqual({ success: false, message: 'no active completion for this id' });
    },
  );

  it.each([
    { body: { action: 'reasoning_end' }, message: 'missing completion id' },
    { body: { id: 'x', action: 'stop' }, message: 'unknown control action' },
  ])('a faulty request is refused: $body', async ({ body, message }) => {
    const response = await sayingServer('', {}).server.post(CONTROL, body);
    expect(response.status).toBe(400);
    expect((await errorOf(response)).message).toBe(message);
  });
});

import { describe, expect, it } from 'vitest';
import { readMessages } from './messages.ts';

const text = (text: string) => ({ type: 'text', text });
const refusal = (refusal: unknown) => ({ type: 'refusal', refusal });
const assistant = (fields: object) => ({ role: 'assistant', ...fields });

describe("a refusal in OpenAI's form, sent back in the conversation", () => {
  it.each<{ message: object; content: unknown }>([
    { message: assistant({ content: [refusal('no')] }), content: [text('no')] },
    { message: assistant({ content: [text('a'), refusal('no')] }), content: [text('a'), text('no')] },
    { message: assistant({ content: [refusal('no'), text('a')] }), content: [text('no'), text('a')] },
    { message: assistant({ content: [refusal('')] }), content: [text('')] },
    { message: assistant({ content: null, refusal: 'no' }), content: 'no' },
    { message: assistant({ refusal: 'no' }), content: 'no' },
    { message: assistant({ content: 'a', refusal: null }), content: 'a' },
    { message: assistant({ content: 'a', refusal: 'no' }), content: 'a' },
    { message: assistant({ content: null, refusal: null }), content: '' },
  ])('the refusal becomes content: $message', ({ message, content }) => {
    expect(readMessages({ messages: [message] })).toEqual([{ role: 'assistant', content }]);
  });

  it.each([
    { message: assistant({ content: [refusal(5)] }) },
    { message: assistant({ content: [{ type: 'refusal' }] }) },
    { message: assistant({ content: [{ type: 'refusal', text: 'no' }] }) },
    { message: { role: 'user', content: [refusal('no')] } },
    { message: { role: 'system', content: [refusal('no')] } },
    { message: assistant({ refusal: 5 }) },
    { message: { role: 'user', refusal: 'no' } },
  ])('a refusal anywhere else is refused: $message', ({ message }) => {
    expect(() => readMessages({ messages: [message] })).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    );
  });
});

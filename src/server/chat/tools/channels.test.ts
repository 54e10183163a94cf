import { describe, expect, it } from 'vitest';
import { type Answer, NO_ANSWER } from '../answer.ts';
import { findChannelCall, readChannels } from './channels.ts';

const THOUGHT = '<|channel|>analysis<|message|>hm<|end|>';
const NEXT = '<|start|>assistant';

describe('an answer in channels', () => {
  it.each<{ text: string; answer: Partial<Answer> }>([
    { text: 'just words', answer: { content: 'just words' } },
    { text: ' to', answer: { content: ' to' } },
    { text: '<|channel|>final<|message|>yes', answer: { content: 'yes' } },
    { text: '<|channel|>final<|message|>yes<|return|>', answer: { content: 'yes' } },
    { text: '<|channel|>final <|constrain|>json<|message|>{"a": 1}', answer: { content: '{"a": 1}' } },
    { text: `${THOUGHT}${NEXT}<|channel|>final<|message|>yes`, answer: { reasoning: 'hm', content: 'yes' } },
    { text: '<|channel|>analysis<|message|>h', answer: { reasoning: 'h' } },
    { text: `${THOUGHT}${NEXT}<|channel|>fin`, answer: { reasoning: 'hm' } },
    {
      text: `${THOUGHT}${NEXT}${THOUGHT}${NEXT}<|channel|>final<|message|>yes`,
      answer: { reasoning: 'hm\nhm', content: 'yes' },
    },
    {
      text: `<|channel|>commentary<|message|>Wait.<|end|>${NEXT} to=functions.f<|channel|>commentary json<|message|>{"a": [1`,
      answer: { content: 'Wait.', calls: [{ name: 'f', arguments: '{"a": [1' }] },
    },
    {
      text: '<|channel|>commentary to=functions.a-b.c code<|message|>{} <|call|>',
      answer: { calls: [{ name: 'a-b.c', arguments: '{}' }] },
    },
    {
      text: '<|channel|>analysis to=functions.f<|message|>{}',
      answer: { calls: [{ name: 'f', arguments: '{}' }] },
    },
  ])('the answer is parsed in one piece and in several: $text', ({ text, answer }) => {
    const read = readChannels(false);
    expect(read(text, true)).toEqual({ ...NO_ANSWER, ...answer });
    let before = NO_ANSWER;
    for (let end = 1; end <= text.length; end++) {
      const now = end === text.length ? read(text, true) : read(text.slice(0, end), false);
      expect(now.content.startsWith(before.content)).toBe(true);
      expect(now.reasoning.startsWith(before.reasoning)).toBe(true);
      before = now;
    }
  });

  it('thoughts stay in the content if they are not to be separated', () => {
    const text = `${THOUGHT}${NEXT}<|channel|>final<|message|>yes`;
    expect(readChannels(true)(text, true)).toEqual({ ...NO_ANSWER, content: `${THOUGHT}\nyes` });
  });

  it.each([
    {
      text: `${THOUGHT}${NEXT}<|channel|>commentary to=functions.`,
      call: '<|channel|>commentary to=functions.',
    },
    { text: `${THOUGHT}${NEXT} to=functions.f`, call: ' to=functions.f' },
    { text: '<|channel|>analysis<|message|>to=functions.f', call: null },
    { text: `${THOUGHT}${NEXT}<|channel|>final<|message|> to=functions.f`, call: null },
  ])('the start of a call is found in its header: $text', ({ text, call }) => {
    const at = findChannelCall(text);
    expect(at === null ? null : text.slice(at)).toBe(call);
  });
});

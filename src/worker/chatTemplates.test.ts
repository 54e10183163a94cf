import { describe, expect, it } from 'vitest';
import { chatTemplateOf } from './chatTemplates.ts';

describe('chatTemplateOf', () => {
  it.each([
    [{}, null],
    [{ 'tokenizer.chat_template': '' }, null],
    [{ 'tokenizer.chat_template': '{{ messages }}' }, '{{ messages }}'],
  ])('finds in %j: %j', (entries, template) => {
    expect(chatTemplateOf(new Map(Object.entries(entries)))).toBe(template);
  });
});

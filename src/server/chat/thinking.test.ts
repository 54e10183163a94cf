import { describe, expect, it } from 'vitest';
import { joined, sayingServer, templateOpening } from '../testing/sayingServer.ts';
import { splitThoughts, thinkingTagsOf } from './thinking.ts';

const TAGS = { start: '<think>', end: '</think>' };

describe('parsing thoughts', () => {
  it.each([
    { text: '<think>hm</think>yes', reasoning: 'hm', rest: 'yes' },
    { text: '\n<think>\n a b \n</think>\n\nyes ', reasoning: 'a b', rest: 'yes ' },
    { text: '<think></think>yes', reasoning: '', rest: 'yes' },
    { text: ' no <think>tags</think>', reasoning: '', rest: ' no <think>tags</think>' },
    { text: '<thinly', reasoning: '', rest: '<thinly' },
    { text: '<think>cut off </thi', reasoning: 'cut off </thi', rest: '' },
    { text: 'hm</think>yes', isOpen: true, reasoning: 'hm', rest: 'yes' },
    { text: '<think>hm</think>yes', isOpen: true, reasoning: 'hm', rest: 'yes' },
    { text: 'cut off', isOpen: true, reasoning: 'cut off', rest: '' },
    { text: 'a < b</think></think>', isOpen: true, reasoning: 'a < b', rest: '</think>' },
  ])('thoughts are separated from the rest in $text', ({ text, isOpen = false, ...expected }) => {
    expect(splitThoughts(text, true, TAGS, isOpen)).toEqual(expected);
    let before = { reasoning: '', rest: '' };
    for (let end = 0; end <= text.length; end++) {
      const now = splitThoughts(text.slice(0, end), false, TAGS, isOpen);
      expect(now.reasoning.startsWith(before.reasoning) && now.rest.startsWith(before.rest)).toBe(true);
      before = now;
    }
    expect(expected.reasoning.startsWith(before.reasoning) && expected.rest.startsWith(before.rest)).toBe(
      true,
    );
  });

  it.each([
    { source: 'a </think> b', start: '<think>' },
    { source: '<|START_THINKING|><|END_THINKING|>', start: '<|START_THINKING|>' },
    { source: 'thinking aloud', start: undefined },
  ])('the template gives away the tags: $source', ({ source, start }) => {
    expect(thinkingTagsOf(source)?.start).toBe(start);
  });
});

const THINKER = templateOpening('A:{# </think> #}');
const ALWAYS_OPEN = '{{ messages[0].content }}<think>\n{# </think> #}';
const OPEN = templateOpening('A:<think>{% if not enable_thinking %}</think>{% endif %}');

describe('a chat with a model that thinks', () => {
  const says = '<think>so\nso</think>yes';

  it.each([
    { chatTemplate: THINKER, says, reasoning: 'so\nso', content: 'yes' },
    { chatTemplate: OPEN, says: 'so\nso</think>yes', reasoning: 'so\nso', content: 'yes' },
    { chatTemplate: ALWAYS_OPEN, says: 'so</think>yes', reasoning: 'so', content: 'yes' },
    { chatTemplate: THINKER, says: 'yes', reasoning: undefined, content: 'yes' },
    { chatTemplate: THINKER, says, body: { reasoning_format: 'none' }, content: says },
    { chatTemplate: THINKER, says, settings: { reasoningFormat: 'none' as const }, content: says },
    { chatTemplate: OPEN, says: 'yes', body: { reasoning_effort: 'none' }, content: 'yes' },
    { chatTemplate: OPEN, says: 'yes', settings: { reasoning: 'off' as const }, content: 'yes' },
    {
      chatTemplate: OPEN,
      says: 'so</think>yes',
      settings: { reasoning: 'off' as const },
      body: { chat_template_kwargs: { enable_thinking: true } },
      reasoning: 'so',
      content: 'yes',
    },
    { chatTemplate: THINKER, says, body: { max_tokens: 3 }, reasoning: 'so', content: '' },
  ])(
    'an answer has content and thoughts apart: $chatTemplate that says $says',
    async ({ says, body, settings, chatTemplate, reasoning, content }) => {
      const { whole, chunks } = await sayingServer(says, { chatTemplate, ...settings }).ask(body);
      const { message } = whole.choices[0];
      expect({ content: message.content, reasoning: message.reasoning_content }).toEqual({
        content,
        reasoning,
      });
      expect(joined(chunks)).toEqual({ content, reasoning: reasoning ?? '', calls: [] });
    },
  );

  it.each([
    { budget: 0, reasoning: undefined },
    { budget: 1, reasoning: 'a' },
    { budget: 3, reasoning: 'abc' },
    { budget: -1, reasoning: 'abcde' },
  ])('a thinking budget of $budget tokens limits the thoughts', async ({ budget, reasoning }) => {
    for (const [says, chatTemplate] of [
      ['<think>abcde</think>ok', THINKER],
      ['abcde</think>ok', OPEN],
    ]) {
      const { whole } = await sayingServer(says, { chatTemplate, reasoningBudget: budget }).ask();
      expect(whole.choices[0].message.reasoning_content).toBe(reasoning);
      const asked = await sayingServer(says, { chatTemplate }).ask({ thinking_budget_tokens: budget });
      expect(asked.whole.choices[0].message).toEqual(whole.choices[0].message);
    }
  });

  it('the budget message ends the thoughts', async () => {
    const settings = { chatTemplate: OPEN, reasoningBudget: 2, reasoningBudgetMessage: '.Enough' };
    const { whole } = await sayingServer('abcde', settings).ask();
    expect(whole.choices[0].message.reasoning_content).toBe('ab.Enough');
  });

  it('a JSON answer follows its thoughts', async () => {
    const body = { response_format: { type: 'json_schema', json_schema: { schema: { const: 'x' } } } };
    const { whole } = await sayingServer('so {</think>\nno', { chatTemplate: OPEN }).ask(body);
    expect(whole.choices[0].message).toMatchObject({ reasoning_content: 'so {', content: '"x"' });
  });
});

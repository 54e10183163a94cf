import { describe, expect, it } from 'vitest';
import { sayingServer, templateOpening } from '../../testing/sayingServer.ts';
import { errorOf } from '../../testing/testServer.ts';

const NAMES = ['alpha', 'beta', 'gamma'] as const;
const SCHEMA = { type: 'object', properties: {}, additionalProperties: false };
const LISTED = '{% for t in tools or [] %}{{ t.function.name }},{% endfor %}';

const TEMPLATES = {
  'knows tools': `${LISTED}{# <tool_call> "arguments" #}${templateOpening('A:')}`,
  'lists tools': `${LISTED}${templateOpening('A:')}`,
  'knows none': templateOpening('A:'),
  thinks: `${LISTED}{# <tool_call> "arguments" <think> </think> #}${templateOpening('A:')}`,
} as const;

/** Template with several calls in one answer. */
const WRITES_CALLS = `${LISTED}{% for m in messages %}{{ m.role }}:{{ m.content }}{% for c in m.tool_calls or [] %}<tool_call>{"name": "{{ c.function.name }}", "arguments": {{ c.function.arguments | tojson }}}</tool_call>{% endfor %};{% endfor %}{% if add_generation_prompt %}A:{% endif %}`;

const hermes = (name: string) => `<tool_call>{"name": "${name}", "arguments": {}}</tool_call>`;

/** Token bias that keeps an undecided model from writing white space. */
const NO_SPACE = {
  logit_bias: [
    [' ', false],
    ['\n', false],
  ],
};

interface Dialect {
  readonly path: string;
  readonly request: object;
  tool(name: string): object;
  /** Names of the tools that an answer calls. */
  called(answer: unknown): string[];
}

const DIALECTS = {
  chat: {
    path: '/v1/chat/completions',
    request: { messages: [{ role: 'user', content: 'hi' }], max_tokens: 200, ...NO_SPACE },
    tool: name => ({ type: 'function', function: { name, parameters: SCHEMA } }),
    called: answer => found(answer, 'function').map(each => each.name),
  },
  responses: {
    path: '/v1/responses',
    request: { input: 'hi', max_output_tokens: 200, ...NO_SPACE },
    tool: name => ({ type: 'function', name, parameters: SCHEMA }),
    called: answer => typed(answer, 'function_call'),
  },
  anthropic: {
    path: '/v1/messages',
    request: { messages: [{ role: 'user', content: 'hi' }], max_tokens: 200 },
    tool: name => ({ name, input_schema: SCHEMA }),
    called: answer => typed(answer, 'tool_use'),
  },
} as const satisfies Record<string, Dialect>;

/** Finds the objects under a key, anywhere in an answer. */
function found(answer: unknown, key: string): { name: string }[] {
  return Object.entries(answer ?? {}).flatMap(([name, value]) => {
    if (typeof value !== 'object' || value === null) return [];
    return name === key ? [value] : found(value, key);
  });
}

/** Names of the objects of a type, anywhere in an answer. */
function typed(answer: unknown, type: string): string[] {
  if (typeof answer !== 'object' || answer === null) return [];
  if ('type' in answer && answer.type === type && 'name' in answer) return [String(answer.name)];
  return Object.values(answer).flatMap(value => typed(value, type));
}

const named = (name: string) => ({ type: 'function', function: { name } });
const allowed = (mode: string, ...names: string[]) => ({
  type: 'allowed_tools',
  allowed_tools: { mode, tools: names.map(named) },
});
const allowedNames = (mode: string, ...names: string[]) => ({
  type: 'allowed_tools',
  mode,
  tools: names.map(name => ({ type: 'function', name })),
});

interface Choice {
  readonly dialect: keyof typeof DIALECTS;
  readonly choice: unknown;
  /** Any of these tools, and no other. */
  readonly called: readonly string[];
}

const FORCING: readonly Choice[] = [
  { dialect: 'chat', choice: named('beta'), called: ['beta'] },
  { dialect: 'chat', choice: named('gamma'), called: ['gamma'] },
  { dialect: 'chat', choice: 'required', called: ['alpha', 'beta', 'gamma'] },
  { dialect: 'chat', choice: allowed('required', 'beta'), called: ['beta'] },
  { dialect: 'chat', choice: allowed('required', 'gamma', 'beta'), called: ['beta', 'gamma'] },
  { dialect: 'responses', choice: { type: 'function', name: 'beta' }, called: ['beta'] },
  { dialect: 'responses', choice: 'required', called: ['alpha', 'beta', 'gamma'] },
  { dialect: 'responses', choice: allowedNames('required', 'gamma'), called: ['gamma'] },
  { dialect: 'anthropic', choice: { type: 'tool', name: 'beta' }, called: ['beta'] },
  { dialect: 'anthropic', choice: { type: 'any' }, called: ['alpha', 'beta', 'gamma'] },
  {
    dialect: 'anthropic',
    choice: { type: 'tool', name: 'gamma', disable_parallel_tool_use: true },
    called: ['gamma'],
  },
];

const forced = Object.entries(TEMPLATES).flatMap(([template, chatTemplate]) =>
  FORCING.map(choice => ({ template, chatTemplate, ...choice })),
);

async function ask(says: string, chatTemplate: string, dialect: keyof typeof DIALECTS, body: object) {
  const { path, request, tool, called }: Dialect = DIALECTS[dialect];
  const { server, ask: prepare } = sayingServer(says, { chatTemplate, temperature: 0 });
  const chatTools = NAMES.map(name => DIALECTS.chat.tool(name));
  await prepare({ tools: chatTools, tool_choice: 'none' });
  const response = await server.post(path, { ...request, tools: NAMES.map(name => tool(name)), ...body });
  return { response, called };
}

describe('a tool choice that forces a call', () => {
  it.each(forced)(
    'the call is made in $dialect, template $template: $choice',
    async ({ chatTemplate, dialect, choice, called }) => {
      const says = chatTemplate === TEMPLATES['knows none'] ? 'no.' : hermes('alpha');
      const asked = await ask(says, chatTemplate, dialect, { tool_choice: choice });
      expect(asked.response.status).toBe(200);
      const names = asked.called(await asked.response.json());
      expect(names).toHaveLength(1);
      expect(called).toContain(names[0]);
    },
  );

  it.each(FORCING)(
    'the call is made in a stream of $dialect: $choice',
    async ({ dialect, choice, called }) => {
      const asked = await ask('no.', TEMPLATES['knows tools'], dialect, {
        tool_choice: choice,
        stream: true,
      });
      const text = await asked.response.text();
      const events = [...text.matchAll(/^data: (\{.*)$/gm)].map(([, json]) => JSON.parse(json));
      const names = asked.called(events).filter(name => name !== undefined);
      expect(names.length).toBeGreaterThan(0);
      for (const name of names) expect(called).toContain(name);
    },
  );
});

describe('a tool choice that allows some of the tools', () => {
  it.each([
    { dialect: 'chat', choice: allowed('auto', 'beta'), says: hermes('beta'), called: ['beta'] },
    { dialect: 'chat', choice: allowed('auto', 'beta'), says: 'It is late.', called: [] },
    { dialect: 'chat', choice: allowed('auto', 'beta'), says: hermes('alpha'), called: ['beta'] },
    { dialect: 'chat', choice: allowed('auto'), says: hermes('alpha'), called: [] },
    { dialect: 'responses', choice: allowedNames('auto', 'gamma'), says: hermes('gamma'), called: ['gamma'] },
    { dialect: 'responses', choice: allowedNames('auto', 'gamma'), says: 'late.', called: [] },
  ] as const)(
    'only allowed tools are called in $dialect: $choice, $says',
    async ({ dialect, choice, says, called }) => {
      const asked = await ask(says, TEMPLATES['knows tools'], dialect, { tool_choice: choice });
      expect(asked.called(await asked.response.json())).toEqual(called);
    },
  );
});

describe("Anthropic's disable_parallel_tool_use", () => {
  it.each([
    { choice: { type: 'auto' }, called: ['alpha', 'beta'] },
    { choice: { type: 'auto', disable_parallel_tool_use: false }, called: ['alpha', 'beta'] },
    { choice: { type: 'auto', disable_parallel_tool_use: true }, called: ['alpha'] },
    { choice: { type: 'any', disable_parallel_tool_use: true }, called: ['alpha'] },
  ])('at most one call is made: $choice', async ({ choice, called }) => {
    const asked = await ask(`${hermes('alpha')}${hermes('beta')}`, WRITES_CALLS, 'anthropic', {
      tool_choice: choice,
    });
    expect(asked.called(await asked.response.json())).toEqual(called);
  });
});

describe('a tool choice that names one tool', () => {
  it.each([
    { body: {}, called: ['beta'] },
    { body: { parallel_tool_calls: true }, called: ['beta', 'beta'] },
    { body: { parallel_tool_calls: false }, called: ['beta'] },
    { body: { parallel_tool_calls: null }, called: ['beta'] },
  ])('the tool is called once, unless parallel calls are requested: $body', async ({ body, called }) => {
    const asked = await ask(hermes('beta').repeat(2), WRITES_CALLS, 'chat', {
      tool_choice: named('beta'),
      logit_bias: null,
      ...body,
    });
    expect(asked.called(await asked.response.json())).toEqual(called);
  });
});

describe('an impossible tool choice', () => {
  it.each<{ dialect: keyof typeof DIALECTS; choice: unknown; tools?: unknown; message: string }>([
    { dialect: 'chat', choice: named('nope'), message: '"nope"' },
    { dialect: 'chat', choice: named('nope'), tools: [], message: '"nope"' },
    { dialect: 'chat', choice: 'required', tools: [], message: 'no tool' },
    { dialect: 'chat', choice: 'any', message: 'Invalid tool_choice: any' },
    { dialect: 'chat', choice: 5, message: 'Invalid tool_choice: 5' },
    { dialect: 'chat', choice: [], message: 'Invalid tool_choice' },
    { dialect: 'chat', choice: {}, message: 'Invalid tool_choice' },
    { dialect: 'chat', choice: { type: 'function' }, message: 'Invalid tool_choice' },
    { dialect: 'chat', choice: { type: 'function', function: {} }, message: 'Invalid tool_choice' },
    { dialect: 'chat', choice: { type: 'tool', name: 'beta' }, message: 'Invalid tool_choice' },
    { dialect: 'chat', choice: { type: 'custom', custom: { name: 'beta' } }, message: 'Invalid tool_choice' },
    { dialect: 'chat', choice: { type: 'allowed_tools' }, message: 'Invalid tool_choice' },
    { dialect: 'chat', choice: allowed('none', 'beta'), message: 'Invalid tool_choice: none' },
    { dialect: 'chat', choice: allowed('auto', 'nope'), message: '"nope"' },
    { dialect: 'chat', choice: allowed('required'), message: 'no tool' },
    { dialect: 'responses', choice: { type: 'function', name: 'nope' }, message: '"nope"' },
    { dialect: 'responses', choice: { type: 'function' }, message: 'tool_choice' },
    { dialect: 'responses', choice: { type: 'web_search_preview' }, message: 'web_search_preview' },
    { dialect: 'responses', choice: { type: 'allowed_tools', mode: 'auto' }, message: 'tool_choice' },
    { dialect: 'responses', choice: allowedNames('auto', 'nope'), message: '"nope"' },
    { dialect: 'responses', choice: 'maybe', message: 'Invalid tool_choice: maybe' },
    { dialect: 'anthropic', choice: { type: 'tool', name: 'nope' }, message: '"nope"' },
    { dialect: 'anthropic', choice: { type: 'tool' }, message: 'tool_choice' },
    { dialect: 'anthropic', choice: { type: 'function', name: 'beta' }, message: 'tool_choice' },
    { dialect: 'anthropic', choice: 'auto', message: 'tool_choice' },
    { dialect: 'anthropic', choice: {}, message: 'tool_choice' },
  ])('the request is a 400 in $dialect: $choice', async ({ dialect, choice, tools, message }) => {
    const body = { tool_choice: choice, ...(tools !== undefined && { tools }) };
    const { response } = await ask('no.', TEMPLATES['knows tools'], dialect, body);
    expect(response.status).toBe(400);
    expect((await errorOf(response)).message).toContain(message);
  });
});

describe('malformed tools', () => {
  it.each([
    { tools: 5 },
    { tools: {} },
    { tools: 'web_search' },
    { tools: [null] },
    { tools: ['web_search'] },
    { tools: [{}] },
    { tools: [{ type: 'web_search' }] },
    { tools: [{ type: 'function' }] },
    { tools: [{ type: 'function', name: 'f' }] },
    { tools: [{ type: 'function', function: {} }] },
    { tools: [{ type: 'function', function: { name: 5 } }] },
    { tools: [DIALECTS.chat.tool('f'), { type: 'custom', custom: { name: 'g' } }] },
  ])('the request is a 400: $tools', async ({ tools }) => {
    const { response } = await ask('no.', TEMPLATES['knows tools'], 'chat', { tools });
    expect(response.status).toBe(400);
    expect((await errorOf(response)).message).toContain('Failed to parse tools: ');
  });
});

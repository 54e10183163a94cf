import { DRAFT_Q4_0, MOE_Q4_0 } from './fixtures/models.ts';
import type { PageServer } from './fixtures/pageServer.ts';
import { expect, test } from './fixtures/test.ts';

const SETTINGS = {
  ...{ model: MOE_Q4_0, nCtx: 512, nSlots: 1, seed: 42 },
  ...{ draftMin: 1, draftMax: 3, draftAdaptive: false },
} as const;
const PROMPT = 'The wise owl said,';

const LETTER = {
  type: 'object',
  properties: {
    to: { enum: ['the owl', 'the fox'] },
    text: { type: 'string', minLength: 5, maxLength: 30 },
    pages: { type: 'integer', minimum: 1, maximum: 12 },
    tags: { type: 'array', items: { type: 'string', pattern: '^[a-z]{2,8}$' }, minItems: 1, maxItems: 2 },
  },
  required: ['to', 'text', 'pages', 'tags'],
} as const;

/** Constraints of a request, and the form of every answer under them. */
const CONSTRAINTS = [
  {
    name: 'a grammar that the stories hardly fit',
    body: { grammar: 'root ::= " " word ("-" word){3} "."\nword ::= [A-Z] [a-z]{2,6}' },
    check: (content: string) => expect(content).toMatch(/^ [A-Z][a-z]{2,6}(-[A-Z][a-z]{2,6}){3}\.$/),
  },
  {
    name: 'a grammar that the stories fit',
    body: { grammar: 'root ::= [^.!?"\\n]{20,60} [.!?]' },
    check: (content: string) => expect(content).toMatch(/^[^.!?"\n]{20,60}[.!?]$/),
  },
  {
    name: 'a JSON schema',
    body: { json_schema: LETTER },
    check(content: string) {
      const letter = JSON.parse(content);
      expect(Object.keys(letter)).toEqual(['to', 'text', 'pages', 'tags']);
      expect(letter).toEqual({
        to: expect.stringMatching(/^the (owl|fox)$/),
        text: expect.stringMatching(/^.{5,30}$/s),
        pages: expect.any(Number),
        tags: expect.any(Array),
      });
      expect([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]).toContain(letter.pages);
      for (const tag of letter.tags) expect(tag).toMatch(/^[a-z]{2,8}$/);
    },
  },
];

const SAMPLINGS = [{ temperature: 0 }, { temperature: 1, seed: 7 }] as const;

test('a constraint holds for the answer, which is the same with a draft as without', async ({
  startServer,
}) => {
  const plain = await startServer(SETTINGS);
  const drafting = await startServer({ ...SETTINGS, modelDraft: DRAFT_Q4_0 });
  for (const { name, body, check } of CONSTRAINTS) {
    for (const sampling of SAMPLINGS) {
      await test.step(`${name}, ${JSON.stringify(sampling)}`, async () => {
        const request = { prompt: PROMPT, n_predict: 250, return_tokens: true, ...body, ...sampling };
        const answer = await plain.completion(request);
        check(answer.content);
        expect(answer.stop_type).toBe('eos');

        const drafted = await drafting.completion(request);
        expect(drafted.tokens).toEqual(answer.tokens);
        expect(drafted.timings.draft_n).toBeGreaterThan(0);
      });
    }
  }
});

test('an invalid grammar is refused, and the next request is answered', async ({ startServer }) => {
  const server: PageServer = await startServer(SETTINGS);
  const refused = [
    { grammar: 'root ::= (' },
    { json_schema: { type: 'hiccup' } },
    { grammar: 'root ::= "a"', json_schema: {} },
  ];
  for (const body of refused) {
    expect(await server.post('/completion', { prompt: PROMPT, ...body })).toMatchObject({
      status: 400,
      body: { error: { type: 'invalid_request_error' } },
    });
  }
  const { content } = await server.completion({ prompt: PROMPT, grammar: 'root ::= "a"{5,5}' });
  expect(content).toBe('aaaaa');
});

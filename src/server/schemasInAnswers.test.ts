import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { FakeForwardPass } from '../engine/fakeForwardPass.ts';
import type { BatchRow, Candidates, OutputKind } from '../forward/forward.ts';
import type { Message } from '../protocol/anthropic.ts';
import type { CompletionResponse } from '../protocol/completion.ts';
import type { ChatCompletion } from '../protocol/openai.ts';
import type { ResponseObject } from '../protocol/responses.ts';
import { schemaToGrammar } from './params/jsonSchema/schemaToGrammar.ts';
import { randomSchema } from './params/jsonSchema/testSchemas.ts';
import { asciiTokenizer } from './testing/sayingServer.ts';
import { testServer } from './testing/testServer.ts';

const { nVocab } = asciiTokenizer;
/** Tokens that end texts, lists, objects and answers. */
const ENDS = ['"', ']', '}'].flatMap(text =>
  asciiTokenizer.encode(text, { addSpecial: false, parseSpecial: false }),
);

/** Model that generates anything but soon ends what it has begun. */
class TerseForwardPass extends FakeForwardPass {
  override async forward(rows: readonly BatchRow[], kind: OutputKind): Promise<Candidates[]> {
    const all = await super.forward(rows, kind);
    return all.map(({ ids, logits }) => ({
      ids,
      logits: logits.map((logit, i) => (ENDS.includes(ids[i]) ? logit + 4 : logit)),
    }));
  }
}

const server = testServer({
  tokenizer: asciiTokenizer,
  target: new TerseForwardPass({ nVocab, nCtx: 1024 }),
  nCtx: 1024,
  settings: { temperature: 1 },
});

const SAMPLES = 504;
const LIMITS = { max_tokens: 300, max_output_tokens: 300, n_predict: 300 };
const messages = [{ role: 'user', content: 'hi' }];
const ofTool = (schema: object) => ({ type: 'object', properties: { v: schema }, required: ['v'] });

/** Route of a schema into the server, and of the constrained text out of the response; null if a limit cut the text. */
interface Road {
  readonly name: string;
  readonly path: string;
  readonly body: (schema: object) => object;
  readonly read: (answer: string) => string | null;
  /** The schema is that of a tool's argument `v`; keywords that a grammar cannot express are dropped. */
  readonly isTool?: true;
}

const ROADS: readonly Road[] = [
  {
    name: 'json_schema of a completion',
    path: '/completion',
    body: json_schema => ({ prompt: 'a', json_schema }),
    read(answer) {
      const { content, stop_type }: CompletionResponse = JSON.parse(answer);
      return stop_type === 'eos' ? content : null;
    },
  },
  {
    name: 'response_format of a chat',
    path: '/v1/chat/completions',
    body: schema => ({ messages, response_format: { type: 'json_schema', json_schema: { schema } } }),
    read: answer => chatChoice(answer)?.content ?? null,
  },
  {
    name: 'text.format of a response',
    path: '/v1/responses',
    body: schema => ({ input: 'hi', text: { format: { type: 'json_schema', name: 'x', schema } } }),
    read(answer) {
      const item = finishedItem(answer);
      return item?.type === 'message' ? item.content[0].text : null;
    },
  },
  {
    name: 'output_config.format of a message',
    path: '/v1/messages',
    body: schema => ({ messages, output_config: { format: { type: 'json_schema', schema } } }),
    read(answer) {
      const block = finishedBlock(answer);
      return block?.type === 'text' ? block.text : null;
    },
  },
  {
    name: 'tool of a chat',
    path: '/v1/chat/completions',
    body: schema => ({
      messages,
      tools: [{ type: 'function', function: { name: 'f', parameters: ofTool(schema) } }],
      tool_choice: 'required',
    }),
    read: answer => chatChoice(answer)?.tool_calls?.[0].function.arguments ?? null,
    isTool: true,
  },
  {
    name: 'tool of a response',
    path: '/v1/responses',
    body: schema => ({
      input: 'hi',
      tools: [{ type: 'function', name: 'f', parameters: ofTool(schema) }],
      tool_choice: 'required',
    }),
    read(answer) {
      const item = finishedItem(answer);
      return item?.type === 'function_call' ? item.arguments : null;
    },
    isTool: true,
  },
  {
    name: 'tool of a message',
    path: '/v1/messages',
    body: schema => ({
      messages,
      tools: [{ name: 'f', input_schema: ofTool(schema) }],
      tool_choice: { type: 'any' },
    }),
    read(answer) {
      const block = finishedBlock(answer);
      return block?.type === 'tool_use' ? JSON.stringify(block.input) : null;
    },
    isTool: true,
  },
];

function chatChoice(answer: string) {
  const [{ message, finish_reason }] = (JSON.parse(answer) as ChatCompletion).choices;
  return finish_reason === 'length' ? null : message;
}

function finishedItem(answer: string) {
  const { output, status }: ResponseObject = JSON.parse(answer);
  return status === 'completed' ? output[0] : null;
}

function finishedBlock(answer: string) {
  const { content, stop_reason }: Message = JSON.parse(answer);
  return stop_reason === 'max_tokens' ? null : content[0];
}

/** True if a grammar can express every keyword of a schema. */
function isSayable(schema: object): boolean {
  try {
    schemaToGrammar(schema);
    return true;
  } catch {
    return false;
  }
}

const ajv = new Ajv2020({ strict: false });
addFormats.default(ajv);

describe('combined constraints of a schema', { timeout: 120_000 }, () => {
  it.each(ROADS.map((road, index) => ({ ...road, index })))(
    "the answer is valid, or the request is refused with the schema's path, as the $name",
    async ({ path, body, read, isTool = false, index }) => {
      let nValid = 0;
      for (let i = index; i < SAMPLES; i += ROADS.length) {
        const schema = randomSchema(i * 7919 + 1);
        const response = await server.post(path, { ...body(schema), ...LIMITS, seed: i });
        const shown = JSON.stringify(schema);
        const text = await response.text();
        if (response.status === 400) {
          expect(JSON.parse(text).error.message, shown).toMatch(/JSON schema error at #[^ ]*: [^ ]/);
          continue;
        }
        expect(response.status, `${shown}: ${text}`).toBe(200);
        const said = read(text);
        if (said === null || (isTool && !isSayable(ofTool(schema)))) continue;
        const validate = ajv.compile(isTool ? ofTool(schema) : schema);
        expect(validate(JSON.parse(said)), `${shown} is answered with ${said}`).toBe(true);
        nValid++;
      }
      expect(nValid).toBeGreaterThan((0.5 * SAMPLES) / ROADS.length);
    },
  );
});

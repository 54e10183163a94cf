// Server whose model generates a scripted text, in a vocabulary of single characters, for the tests of this folder.
import type { ChatCompletion, ChatCompletionChunk } from '../../protocol/openai.ts';
import type { GivenOptions } from '../../protocol/options.ts';
import { createTokenizer, TOKEN_TYPE } from '../../tokenizer/index.ts';
import { spmVocabulary } from '../../tokenizer/toyVocabulary.ts';
import { CHANNEL_MARKS } from '../chat/tools/toolFormat.ts';
import { parseOpenAiEvents, ScriptedForwardPass, type TestServer, testServer } from './testServer.ts';

const CHARACTERS = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i).replace(' ', '▁'));
const CONTROL = [
  ...['<think>', '</think>', '<tool_call>', '</tool_call>', '[TOOL_CALLS]'],
  // Without the last two tokens of this vocabulary, `<|end|>` would end answers.
  ...[...CHANNEL_MARKS, '<|call|>', '<|return|>'],
];
const TOKENS = ['<unk>', '<s>', '</s>', '<0x0A>', ...CHARACTERS, ...CONTROL];

/** ASCII, and marks of chats as control tokens. */
export const asciiTokenizer = createTokenizer(
  spmVocabulary({
    texts: TOKENS,
    scores: TOKENS.map((_, id) => -id),
    types: TOKENS.map((text, id) => {
      if (id < 3 || CONTROL.includes(text)) return TOKEN_TYPE.control;
      return id === 3 ? TOKEN_TYPE.byte : TOKEN_TYPE.normal;
    }),
    addSpacePrefix: false,
  }),
);

/** Template with plain turns, and `opener` before the answer. */
export function templateOpening(opener: string): string {
  return `{% for m in messages %}{{ m.role }}:{{ m.content }};{% endfor %}{% if add_generation_prompt %}${opener}{% endif %}`;
}

const MESSAGES = [{ role: 'user', content: 'hi' }];

export interface SayingServer {
  readonly server: TestServer;
  /** Posts `body` to a conversation route: chat completions, Responses or Messages. */
  post(path: string, body: object): Promise<Response>;
  /** Response to `body` in one piece, and the chunks of the same response streamed. */
  ask(body?: object): Promise<{ whole: ChatCompletion; chunks: ChatCompletionChunk[] }>;
}

/** `says`: text that the model generates unless a constraint prevents it. */
export function sayingServer(says: string, settings: GivenOptions): SayingServer {
  const script: number[] = [];
  const { nVocab } = asciiTokenizer;
  const server = testServer({
    tokenizer: asciiTokenizer,
    target: new ScriptedForwardPass(script, { nVocab, nCtx: 1024 }),
    settings,
  });
  const send = async (path: string, body: object) => {
    const response = await server.post(path, body);
    if (response.status !== 200) throw new Error(await response.text());
    return response;
  };
  const post = async (path: string, body: object) => {
    const count = path === '/v1/messages' ? 'count_tokens' : 'input_tokens';
    const { input_tokens } = await (await send(`${path}/${count}`, body)).json();
    const said = asciiTokenizer.encode(says, { addSpecial: false, parseSpecial: true });
    script.splice(0, script.length, ...new Array<number>(input_tokens).fill(0), ...said);
    return send(path, body);
  };
  return {
    server,
    post,
    async ask(body = {}) {
      const request = { messages: MESSAGES, ...body };
      const whole: ChatCompletion = await (await post('/v1/chat/completions', request)).json();
      const streamed = await post('/v1/chat/completions', { ...request, stream: true });
      return { whole, chunks: parseOpenAiEvents<ChatCompletionChunk>(await streamed.text()) };
    },
  };
}

/** Assembles the message from the chunks of one choice. */
export function joined(chunks: readonly ChatCompletionChunk[]) {
  let [content, reasoning] = ['', ''];
  const calls: { name: string; arguments: string }[] = [];
  for (const delta of chunks.flatMap(({ choices }) => choices).map(choice => choice.delta)) {
    if ('content' in delta) content += delta.content ?? '';
    if ('reasoning_content' in delta) reasoning += delta.reasoning_content;
    for (const call of 'tool_calls' in delta ? delta.tool_calls : []) {
      if ('id' in call) calls.push({ name: call.function.name, arguments: '' });
      calls[call.index].arguments += call.function.arguments;
    }
  }
  return { content, reasoning, calls };
}

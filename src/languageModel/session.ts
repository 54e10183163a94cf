import { abortable } from '../client/abortable.ts';
import { answerTo, type Chat, type ChatServer, countTokens, prefill } from './chat.ts';
import { type Constraint, readConstraint } from './constraint.ts';
import type { Conversation } from './conversation.ts';
import { domError, fromServer, quotaExceeded } from './errors.ts';
import { type ChatMessage, readPrompt, type ToolCall } from './messages.ts';
import { Queue } from './queue.ts';
import type {
  LanguageModelPrompt,
  LanguageModelPromptOptions,
  LanguageModelSamplingMode,
  LanguageModelSession,
  LanguageModelTool,
} from './shape.ts';

/** Properties of a session that never change. */
export interface SessionSettings {
  readonly contextWindow: number;
  readonly temperature: number;
  readonly topK: number;
  readonly samplingMode: LanguageModelSamplingMode;
  readonly tools: readonly LanguageModelTool[];
}

interface Abortable {
  readonly signal?: AbortSignal;
}

/** Conversation with the model of `server`. */
export class Session extends EventTarget implements LanguageModelSession {
  oncontextoverflow: ((event: Event) => unknown) | null = null;
  onquotaoverflow: ((event: Event) => unknown) | null = null;
  readonly #server: ChatServer;
  readonly #settings: SessionSettings;
  readonly #queue = new Queue();
  readonly #destruction = new AbortController();
  #conversation: Conversation;
  #usage: number;

  constructor(server: ChatServer, settings: SessionSettings, conversation: Conversation, usage: number) {
    super();
    this.#server = server;
    this.#settings = settings;
    this.#conversation = conversation;
    this.#usage = usage;
  }

  get contextUsage(): number {
    return this.#usage;
  }

  get inputUsage(): number {
    return this.#usage;
  }

  get contextWindow(): number {
    return this.#settings.contextWindow;
  }

  get inputQuota(): number {
    return this.#settings.contextWindow;
  }

  get temperature(): number {
    return this.#settings.temperature;
  }

  get topK(): number {
    return this.#settings.topK;
  }

  get samplingMode(): LanguageModelSamplingMode {
    return this.#settings.samplingMode;
  }

  async prompt(input: LanguageModelPrompt, options: LanguageModelPromptOptions = {}): Promise<string> {
    let answer = '';
    for await (const text of this.#answer(input, options)) answer += text;
    return answer;
  }

  promptStreaming(
    input: LanguageModelPrompt,
    options: LanguageModelPromptOptions = {},
  ): ReadableStream<string> {
    const cancellation = new AbortController();
    const signals = [cancellation.signal, ...(options.signal ? [options.signal] : [])];
    const answer = this.#answer(input, { ...options, signal: AbortSignal.any(signals) });
    return new ReadableStream<string>({
      // Pushed instead of pulled: the session's next prompt must not wait for a reader of this answer.
      async start(controller) {
        for await (const text of answer) controller.enqueue(text);
        controller.close();
      },
      cancel: reason => cancellation.abort(reason),
    });
  }

  append(input: LanguageModelPrompt, options: Abortable = {}): Promise<undefined> {
    return this.#inTurn(options, async signal => {
      const messages = this.#read(input);
      await this.#makeRoom(messages, signal);
      const conversation = this.#conversation.with(messages);
      await prefill(this.#server, this.#chat(conversation.messages), signal);
      await this.#keep(conversation, signal);
      return undefined;
    });
  }

  measureContextUsage(input: LanguageModelPrompt, options: LanguageModelPromptOptions = {}): Promise<number> {
    return this.#inTurn(options, async signal => {
      readConstraint(options);
      const messages = [...this.#conversation.messages, ...this.#read(input)];
      return (await countTokens(this.#server, this.#chat(messages), false, signal)) - this.#usage;
    });
  }

  measureInputUsage(input: LanguageModelPrompt, options?: LanguageModelPromptOptions): Promise<number> {
    return this.measureContextUsage(input, options);
  }

  clone(options: Abortable = {}): Promise<LanguageModelSession> {
    return this.#inTurn(
      options,
      async () => new Session(this.#server, this.#settings, this.#conversation, this.#usage),
    );
  }

  destroy(reason: unknown = new DOMException('the session was destroyed', 'AbortError')): undefined {
    this.#destruction.abort(reason);
  }

  /** Runs `work` after the operations before it, until `options.signal` aborts or the session is destroyed. */
  async #inTurn<T>(options: Abortable, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const signal = this.#signal(options);
    const release = await this.#queue.enter(signal);
    try {
      return await work(signal);
    } catch (error) {
      throw fromServer(error);
    } finally {
      release();
    }
  }

  /** Yields the text of the answer; then the prompt and the answer are part of the conversation. */
  async *#answer(
    input: LanguageModelPrompt,
    options: LanguageModelPromptOptions,
  ): AsyncGenerator<string, void, undefined> {
    const signal = this.#signal(options);
    const release = await this.#queue.enter(signal);
    let constraint: Constraint | null = null;
    try {
      constraint = readConstraint(options);
      const turn = this.#read(input);
      for (;;) {
        await this.#makeRoom(turn, signal);
        const chat = this.#chat([...this.#conversation.messages, ...turn], constraint);
        let said = '';
        let calls: readonly ToolCall[] = [];
        for await (const event of answerTo(this.#server, chat, signal)) {
          if (event.kind === 'text') {
            const text = constraint ? constraint.read(event.text) : event.text;
            said += text;
            if (text !== '') yield text;
          } else {
            if (constraint && event.reason === 'length') throw incomplete();
            calls = event.calls;
          }
        }
        addAnswer(turn, said, calls);
        if (calls.length === 0) break;
        turn.push(...(await this.#call(calls, signal)));
      }
      await this.#keep(this.#conversation.with(turn), signal);
    } catch (error) {
      throw fromServer(error, constraint !== null);
    } finally {
      release();
    }
  }

  #signal({ signal }: Abortable): AbortSignal {
    if (this.#destruction.signal.aborted) {
      throw domError('InvalidStateError', 'the session is destroyed: create another one');
    }
    signal?.throwIfAborted();
    return signal ? AbortSignal.any([this.#destruction.signal, signal]) : this.#destruction.signal;
  }

  #read(input: LanguageModelPrompt): ChatMessage[] {
    return readPrompt(input, this.#conversation.messages.length === 0);
  }

  #chat(messages: readonly ChatMessage[], constraint: Constraint | null = null): Chat {
    const { tools, temperature, topK } = this.#settings;
    return {
      messages,
      tools,
      sampling: { temperature, top_k: topK },
      ...(constraint && { schema: constraint.schema }),
    };
  }

  /**
   * Drops the oldest turns until `turn` and a token of its answer fit. Throws `QuotaExceededError`, with nothing dropped, if they
   * never do.
   */
  async #makeRoom(turn: readonly ChatMessage[], signal: AbortSignal): Promise<void> {
    const { contextWindow } = this.#settings;
    const conversation = this.#conversation;
    const needed = (nDropped: number) => {
      const { messages } = conversation.without(nDropped);
      return countTokens(this.#server, this.#chat([...messages, ...turn]), true, signal);
    };
    const all = await needed(0);
    if (all < contextWindow) return;
    for (let nDropped = 1; nDropped <= conversation.nTurns; nDropped++) {
      if ((await needed(nDropped)) >= contextWindow) continue;
      await this.#keep(conversation.without(nDropped), signal);
      this.#announceOverflow();
      return;
    }
    throw quotaExceeded(all, contextWindow);
  }

  async #keep(conversation: Conversation, signal: AbortSignal): Promise<void> {
    this.#usage = await countTokens(this.#server, this.#chat(conversation.messages), false, signal);
    this.#conversation = conversation;
  }

  #announceOverflow(): void {
    for (const type of ['contextoverflow', 'quotaoverflow'] as const) {
      const event = new Event(type);
      this[`on${type}`]?.(event);
      this.dispatchEvent(event);
    }
  }

  /** Runs the calls of tools side by side and returns their results as messages. */
  #call(calls: readonly ToolCall[], signal: AbortSignal): Promise<ChatMessage[]> {
    const results = calls.map(
      async ({ id, function: { name, arguments: notation } }): Promise<ChatMessage> => {
        const tool = this.#settings.tools.find(each => each.name === name);
        if (!tool)
          throw domError('UnknownError', `the model called ${name}, which is none of the session's tools`);
        const content = await tool.execute(JSON.parse(notation) as never);
        return { role: 'tool', tool_call_id: id, content: String(content) };
      },
    );
    return abortable(Promise.all(results), signal);
  }
}

function incomplete(): DOMException {
  return domError('SyntaxError', 'the answer reached its limit of tokens before it met the constraint');
}

/** Adds an answer to the turn that it answers; one that continues the last message becomes part of it. */
function addAnswer(turn: ChatMessage[], said: string, calls: readonly ToolCall[]): void {
  const last = turn.at(-1);
  const isContinued = last?.role === 'assistant' && last.prefix === true;
  if (isContinued) turn.pop();
  turn.push({
    role: 'assistant',
    content: isContinued ? last.content + said : said,
    ...(calls.length > 0 && { tool_calls: calls }),
  });
}

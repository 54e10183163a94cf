import type { BlockDelta, MessageBlock, MessageEvent } from '../../../protocol/anthropic.ts';
import type { CompletionPartial, CompletionResponse } from '../../../protocol/completion.ts';
import { assertNever } from '../../../util/assert.ts';
import type { AnswerDelta } from '../../chat/answer.ts';
import { AnswerReader, type AnswerSyntax } from '../../chat/answerReader.ts';
import { endOf } from './output.ts';

/** Builds the events of one streamed message: it starts, its blocks follow one after another, and it stops. */
export class MessageStream {
  readonly #id: string;
  readonly #model: string;
  readonly #reader: AnswerReader;
  /** Kind and number of the last block, which is being sent. */
  #open: { readonly kind: 'thinking' | 'text' | 'call'; readonly call: number } | null = null;
  #nBlocks = 0;
  #isStarted = false;

  constructor(id: string, model: string, syntax: AnswerSyntax) {
    this.#id = id;
    this.#model = model;
    this.#reader = new AnswerReader(syntax);
  }

  next({ content, tokens_predicted, tokens_evaluated, timings }: CompletionPartial): MessageEvent[] {
    if (tokens_predicted === 0) return [];
    const events = this.#started(tokens_evaluated, timings?.cache_n ?? 0);
    for (const delta of this.#reader.push(content)) events.push(...this.#grown(delta));
    return events;
  }

  end(response: CompletionResponse): MessageEvent[] {
    const events = this.#started(response.tokens_evaluated, response.timings.cache_n);
    for (const delta of this.#reader.end()) events.push(...this.#grown(delta));
    const usage = { output_tokens: response.tokens_predicted };
    return [
      ...events,
      ...this.#closed(),
      { type: 'message_delta', delta: endOf(response, this.#reader.answer), usage },
      { type: 'message_stop' },
    ];
  }

  #started(nPrompt: number, nCached: number): MessageEvent[] {
    if (this.#isStarted) return [];
    this.#isStarted = true;
    const usage = {
      cache_read_input_tokens: nCached,
      input_tokens: nPrompt - nCached,
      output_tokens: 0,
    };
    const message = {
      id: this.#id,
      type: 'message',
      role: 'assistant',
      content: [],
      model: this.#model,
      stop_reason: null,
      stop_sequence: null,
      usage,
    } as const;
    return [{ type: 'message_start', message }];
  }

  #grown(delta: AnswerDelta): MessageEvent[] {
    switch (delta.kind) {
      case 'reasoning': {
        const opened = this.#opened('thinking', 0, { type: 'thinking', thinking: '', signature: '' });
        return [...opened, this.#delta({ type: 'thinking_delta', thinking: delta.text })];
      }
      case 'content': {
        const opened = this.#opened('text', 0, { type: 'text', text: '' });
        return [...opened, this.#delta({ type: 'text_delta', text: delta.text })];
      }
      case 'call': {
        const { index, name } = delta;
        const id = this.#reader.callId(index);
        return this.#opened('call', index, { type: 'tool_use', id, name, input: {} });
      }
      case 'arguments':
        return [this.#delta({ type: 'input_json_delta', partial_json: delta.text })];
      default:
        return assertNever(delta);
    }
  }

  /** Opens the next block; returns nothing while the current one continues. */
  #opened(kind: 'thinking' | 'text' | 'call', call: number, block: MessageBlock): MessageEvent[] {
    if (this.#open?.kind === kind && this.#open.call === call) return [];
    const closed = this.#closed();
    this.#open = { kind, call };
    const index = this.#nBlocks++;
    return [...closed, { type: 'content_block_start', index, content_block: block }];
  }

  #closed(): MessageEvent[] {
    if (this.#open === null) return [];
    // Clients expect a signature before thoughts end.
    const signed: MessageEvent[] =
      this.#open.kind === 'thinking' ? [this.#delta({ type: 'signature_delta', signature: '' })] : [];
    this.#open = null;
    return [...signed, { type: 'content_block_stop', index: this.#nBlocks - 1 }];
  }

  #delta(delta: BlockDelta): MessageEvent {
    return { type: 'content_block_delta', index: this.#nBlocks - 1, delta };
  }
}

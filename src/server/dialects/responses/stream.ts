import type { CompletionPartial, CompletionResponse } from '../../../protocol/completion.ts';
import type { ResponseEvent, ResponseEventFields, ResponseItem } from '../../../protocol/responses.ts';
import { assertNever } from '../../../util/assert.ts';
import type { AnswerDelta } from '../../chat/answer.ts';
import { AnswerReader, type AnswerSyntax } from '../../chat/answerReader.ts';
import {
  callItem,
  messageItem,
  nowInSeconds,
  outputOf,
  type ResponseIds,
  reasoningItem,
  responseUsage,
  textPart,
} from './output.ts';

/**
 * The events of one streamed response: it is created, its items are added and grow, and at the end all of them are done.
 * Places of items and the number of an event are OpenAI's, for clients that put a response together by them.
 */
export class ResponseStream {
  readonly #model: string;
  readonly #ids: ResponseIds;
  readonly #reader: AnswerReader;
  /** Ids of the items so far, in order. */
  readonly #items: string[] = [];
  #nEvents = 0;
  #isCreated = false;

  constructor(model: string, ids: ResponseIds, syntax: AnswerSyntax) {
    this.#model = model;
    this.#ids = ids;
    this.#reader = new AnswerReader(syntax);
  }

  next({ content, timings, prompt_progress }: CompletionPartial): ResponseEvent[] {
    const events = this.#created();
    if (prompt_progress && events.length === 0) events.push(this.#inProgress());
    for (const delta of this.#reader.push(content)) events.push(...this.#grown(delta));
    const last = events.pop();
    if (last === undefined) return [];
    return [...events, { ...last, ...(timings && { timings }), ...(prompt_progress && { prompt_progress }) }];
  }

  end(response: CompletionResponse): ResponseEvent[] {
    const events = this.#created();
    for (const delta of this.#reader.end()) events.push(...this.#grown(delta));
    const output = outputOf(this.#reader, this.#ids);
    for (const item of output) events.push(...this.#done(item));
    const { timings } = response;
    const completed = {
      ...this.#response('completed', output),
      completed_at: nowInSeconds(),
      usage: responseUsage(response),
    };
    return [...events, { ...this.#event('response.completed', { response: completed }), timings }];
  }

  #created(): ResponseEvent[] {
    if (this.#isCreated) return [];
    this.#isCreated = true;
    const response = this.#response('in_progress', []);
    return [this.#event('response.created', { response }), this.#inProgress()];
  }

  #inProgress(): ResponseEvent {
    return this.#event('response.in_progress', { response: this.#response('in_progress', []) });
  }

  #response(status: 'in_progress' | 'completed', output: readonly ResponseItem[]) {
    const { response: id, createdAt } = this.#ids;
    return { id, object: 'response', created_at: createdAt, status, model: this.#model, output } as const;
  }

  #grown(delta: AnswerDelta): ResponseEvent[] {
    switch (delta.kind) {
      case 'reasoning': {
        const item = { ...reasoningItem('', this.#ids), content: [], status: 'in_progress' } as const;
        return [
          ...this.#added(item),
          this.#event('response.reasoning_text.delta', { delta: delta.text, ...this.#place(item.id, 0) }),
        ];
      }
      case 'content': {
        const item = { ...messageItem('', this.#ids), content: [], status: 'in_progress' } as const;
        const added = this.#added(item);
        if (added.length > 0) {
          const part = { part: textPart(''), ...this.#place(item.id, 0) };
          added.push(this.#event('response.content_part.added', part));
        }
        const grown = { ...this.#place(item.id, 0), delta: delta.text, logprobs: [] };
        return [...added, this.#event('response.output_text.delta', grown)];
      }
      case 'call': {
        const item = callItem(this.#reader, delta.index);
        return this.#added({ ...item, arguments: '', status: 'in_progress' });
      }
      case 'arguments': {
        const place = this.#place(callItem(this.#reader, delta.index).id);
        return [this.#event('response.function_call_arguments.delta', { delta: delta.text, ...place })];
      }
      default:
        return assertNever(delta);
    }
  }

  /** Nothing for an item that is there already. */
  #added(item: ResponseItem): ResponseEvent[] {
    if (this.#items.includes(item.id)) return [];
    this.#items.push(item.id);
    const output_index = this.#items.length - 1;
    return [this.#event('response.output_item.added', { output_index, item })];
  }

  #done(item: ResponseItem): ResponseEvent[] {
    const { output_index } = this.#place(item.id);
    return [...this.#partDone(item), this.#event('response.output_item.done', { output_index, item })];
  }

  #partDone(item: ResponseItem): ResponseEvent[] {
    switch (item.type) {
      case 'message': {
        const [part] = item.content;
        const place = this.#place(item.id, 0);
        return [
          this.#event('response.output_text.done', { ...place, text: part.text, logprobs: [] }),
          this.#event('response.content_part.done', { ...place, part }),
        ];
      }
      case 'function_call': {
        const done = { ...this.#place(item.id), name: item.name, arguments: item.arguments };
        return [this.#event('response.function_call_arguments.done', done)];
      }
      case 'reasoning': {
        const [part] = item.content;
        const done = { ...this.#place(item.id, 0), text: part.text };
        return [this.#event('response.reasoning_text.done', done)];
      }
      default:
        return assertNever(item);
    }
  }

  #place(item_id: string, content_index?: number) {
    const output_index = this.#items.indexOf(item_id);
    return { item_id, output_index, ...(content_index !== undefined && { content_index }) };
  }

  #event(type: string, fields: ResponseEventFields): ResponseEvent {
    return { type, sequence_number: this.#nEvents++, ...fields };
  }
}

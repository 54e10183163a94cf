import type {
  CompletionPartial,
  CompletionProbability,
  CompletionResponse,
} from '../../../protocol/completion.ts';
import type { ResponseEvent, ResponseEventFields, ResponseItem } from '../../../protocol/responses.ts';
import type { Tokenizer } from '../../../tokenizer/index.ts';
import { assertNever } from '../../../util/assert.ts';
import type { AnswerDelta } from '../../chat/answer.ts';
import { AnswerReader, type AnswerSyntax } from '../../chat/answerReader.ts';
import type { CompletionParams } from '../../params/completionFields.ts';
import { IN_PROGRESS, type ResponseEnvelope } from './envelope.ts';
import { MessageLogprobs } from './logprobs.ts';
import { callItem, finalState, messageItem, reasoningItem, textPart } from './output.ts';

/**
 * Builds the events of one streamed response: it is created, its items are added and grow, and finally all items are done. Item
 * indices and event numbers are OpenAI's, because clients assemble the response by them.
 */
export class ResponseStream {
  readonly #envelope: ResponseEnvelope;
  readonly #reader: AnswerReader;
  readonly #tokenizer: Tokenizer;
  /** Ids of all items so far, in order. */
  readonly #items: string[] = [];
  readonly #logprobs = new MessageLogprobs();
  /** Log-probabilities that have been sent. */
  readonly #messageLogprobs: CompletionProbability[] = [];
  #nEvents = 0;
  #isCreated = false;

  constructor(envelope: ResponseEnvelope, syntax: AnswerSyntax, tokenizer: Tokenizer) {
    this.#envelope = envelope;
    this.#reader = new AnswerReader(syntax);
    this.#tokenizer = tokenizer;
  }

  next(partial: CompletionPartial, params: CompletionParams): ResponseEvent[] {
    const { content, timings, prompt_progress, completion_probabilities } = partial;
    this.#logprobs.push(completion_probabilities);
    const events = this.#created(params);
    if (prompt_progress && events.length === 0) events.push(this.#inProgress(params));
    for (const delta of this.#reader.push(content)) events.push(...this.#grown(delta));
    const last = events.pop();
    if (last === undefined) return [];
    return [...events, { ...last, ...(timings && { timings }), ...(prompt_progress && { prompt_progress }) }];
  }

  end(response: CompletionResponse, params: CompletionParams): ResponseEvent[] {
    const events = this.#created(params);
    for (const delta of this.#reader.end()) events.push(...this.#grown(delta));
    const state = finalState(response, this.#messageLogprobs, this.#reader, this.#envelope, this.#tokenizer);
    for (const item of state.output) events.push(...this.#done(item));
    const last = this.#event(`response.${state.status}`, { response: this.#envelope.object(state, params) });
    return [...events, { ...last, timings: response.timings }];
  }

  #created(params: CompletionParams): ResponseEvent[] {
    if (this.#isCreated) return [];
    this.#isCreated = true;
    const response = this.#envelope.object(IN_PROGRESS, params);
    return [this.#event('response.created', { response }), this.#inProgress(params)];
  }

  #inProgress(params: CompletionParams): ResponseEvent {
    return this.#event('response.in_progress', { response: this.#envelope.object(IN_PROGRESS, params) });
  }

  #grown(delta: AnswerDelta): ResponseEvent[] {
    switch (delta.kind) {
      case 'reasoning': {
        const item = { ...reasoningItem('', this.#envelope), content: [], status: 'in_progress' } as const;
        return [
          ...this.#added(item),
          this.#event('response.reasoning_text.delta', { delta: delta.text, ...this.#place(item.id, 0) }),
        ];
      }
      case 'content': {
        const item = { ...messageItem('', this.#envelope), content: [], status: 'in_progress' } as const;
        const added = this.#added(item);
        if (added.length > 0) {
          const part = { part: textPart(''), ...this.#place(item.id, 0) };
          added.push(this.#event('response.content_part.added', part));
        }
        const logprobs = this.#logprobs.take(delta.text);
        this.#messageLogprobs.push(...logprobs);
        const grown = { ...this.#place(item.id, 0), delta: delta.text, logprobs };
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

  /** Adds `item`; returns no event if it already exists. */
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
          this.#event('response.output_text.done', { ...place, text: part.text, logprobs: part.logprobs }),
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

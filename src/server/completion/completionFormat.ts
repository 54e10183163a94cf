import type { CompletionChunk, CompletionResponse } from '../../protocol/completion.ts';
import type { ForetokenError } from '../../util/errors.ts';
import type { JsonObject } from '../http/json.ts';
import type { CompletionParams } from '../params/completionFields.ts';
import { pickFields } from './response.ts';

/** An event of a stream; most formats give theirs no name. */
export interface StreamEvent {
  readonly name?: string;
  readonly data: object;
}

/** How a route words what llama-server's own `/completion` would answer. A stream may need one of its own. */
export interface CompletionFormat {
  /** What the client will know this completion by; '' where the format has no ids. */
  readonly id: string;
  /** The body of an answer in one piece; at least one result, in the order of the prompts. */
  whole(results: readonly CompletionResponse[], params: CompletionParams): unknown;
  /** What a stream sends in place of `chunk`. */
  events(chunk: CompletionChunk, params: CompletionParams): readonly StreamEvent[];
  /** What a stream sends when it fails; without it llama-server's error object, under no name. */
  failure?(error: ForetokenError): StreamEvent;
  /** Returns the last events of a successful stream, after all choices have finished. */
  closing?(params: CompletionParams): readonly StreamEvent[];
  /** Data of the last event of a stream that succeeded; null where the stream just ends. */
  readonly lastLine: string | null;
}

/** `POST /completion`: the results themselves, as far as `response_fields` wants them. */
export const NATIVE_FORMAT: CompletionFormat = {
  id: '',
  whole(results, { responseFields }) {
    const bodies: readonly JsonObject[] = results.map(result => pickFields(result, responseFields));
    return bodies.length === 1 ? bodies[0] : bodies;
  },
  events: (chunk, { responseFields }) => [{ data: chunk.stop ? pickFields(chunk, responseFields) : chunk }],
  lastLine: null,
};

import type { CompletionChunk, CompletionResponse } from '../../protocol/completion.ts';
import type { ForetokenError } from '../../util/errors.ts';
import type { JsonObject } from '../http/json.ts';
import type { CompletionParams } from '../params/completionFields.ts';
import { pickFields } from './response.ts';

/** Event of a stream; most formats do not name events. */
export interface StreamEvent {
  readonly name?: string;
  readonly data: object;
}

/**
 * Converts the results of llama-server's `/completion` to the response of a route. Each stream needs a format object of its own.
 */
export interface CompletionFormat {
  /** Id of this completion for clients; '' if the format has no ids. */
  readonly id: string;
  /** Body of a response in one piece; at least one result, in the order of the prompts. */
  whole(results: readonly CompletionResponse[], params: CompletionParams): unknown;
  /** Events that replace `chunk` in a stream. */
  events(chunk: CompletionChunk, params: CompletionParams): readonly StreamEvent[];
  /** Event of a failed stream; by default an unnamed event with llama-server's error object. */
  failure?(error: ForetokenError): StreamEvent;
  /** Returns the last events of a successful stream, after all choices have finished. */
  closing?(params: CompletionParams): readonly StreamEvent[];
  /** Data of the last event of a successful stream; null if the stream simply ends. */
  readonly lastLine: string | null;
}

/** `POST /completion`: the results, reduced to `response_fields`. */
export const NATIVE_FORMAT: CompletionFormat = {
  id: '',
  whole(results, { responseFields }) {
    const bodies: readonly JsonObject[] = results.map(result => pickFields(result, responseFields));
    return bodies.length === 1 ? bodies[0] : bodies;
  },
  events: (chunk, { responseFields }) => [{ data: chunk.stop ? pickFields(chunk, responseFields) : chunk }],
  lastLine: null,
};

import type { ForetokenError } from '../util/errors.ts';
import type { MessageErrorType, MessageFailure } from './anthropic.ts';
import type { ErrorBody } from './completion.ts';

/** Matches the routes of Anthropic's API. Their clients read another error shape than those of all other routes. */
const ANTHROPIC_PATHS = /^\/v1\/messages(\/|$)/;

/** Returns the body of an error response of the route at `path`. The error event of a stream has the same data. */
export function errorBodyAt(path: string, error: ForetokenError): ErrorBody | MessageFailure {
  return ANTHROPIC_PATHS.test(path) ? messageFailure(error) : errorBody(error);
}

/** Returns the event with which a stream of the route at `path` ends in an error. */
export function errorEventAt(path: string, error: ForetokenError): string {
  const body = errorBodyAt(path, error);
  const name = 'type' in body ? `event: ${body.type}\n` : '';
  return `${name}data: ${JSON.stringify(body)}\n\n`;
}

/** Returns llama-server's error object. A context overflow adds its numbers to the three fields. */
export function errorBody(error: ForetokenError): ErrorBody {
  const { status: code, type, message } = error;
  return { error: { code, message, type, ...(error.code === 'context_exceeded' && error.details) } };
}

/** Returns Anthropic's error object. Source: https://docs.anthropic.com/en/api/errors. */
export function messageFailure(error: ForetokenError): MessageFailure {
  return { type: 'error', error: { type: messageErrorType(error), message: messageOf(error) } };
}

function messageErrorType({ status }: ForetokenError): MessageErrorType {
  switch (status) {
    case 400:
      return 'invalid_request_error';
    case 401:
      return 'authentication_error';
    case 404:
      return 'not_found_error';
    case 503:
      return 'overloaded_error';
    default:
      return 'api_error';
  }
}

/** Begins a context overflow with Anthropic's words. Agents look for them and then compact the conversation. */
function messageOf({ code, message, details }: ForetokenError): string {
  if (code !== 'context_exceeded') return message;
  return `prompt is too long: ${details.n_prompt_tokens} tokens > ${details.n_ctx} maximum; ${message}`;
}

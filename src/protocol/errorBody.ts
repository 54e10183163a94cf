import type { ForetokenError } from '../util/errors.ts';
import type { MessageErrorType, MessageFailure } from './anthropic.ts';
import type { ErrorBody } from './completion.ts';

/** The routes of Anthropic's API, whose clients read its own shape of errors. */
const ANTHROPIC_PATHS = /^\/v1\/messages(\/|$)/;

/** The body of an error answer, or the data of an event that ends a stream, as clients of the route at `path` read it. */
export function errorBodyAt(path: string, error: ForetokenError): ErrorBody | MessageFailure {
  return ANTHROPIC_PATHS.test(path) ? messageFailure(error) : errorBody(error);
}

/** llama-server's error object; only a context overflow says more than the three fields. */
export function errorBody(error: ForetokenError): ErrorBody {
  const { status: code, type, message } = error;
  return { error: { code, message, type, ...(error.code === 'context_exceeded' && error.details) } };
}

/** Anthropic's error object. Source: https://docs.anthropic.com/en/api/errors. */
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

/** Agents compact a conversation when they read Anthropic's first words of a prompt that does not fit. */
function messageOf({ code, message, details }: ForetokenError): string {
  if (code !== 'context_exceeded') return message;
  return `prompt is too long: ${details.n_prompt_tokens} tokens > ${details.n_ctx} maximum; ${message}`;
}

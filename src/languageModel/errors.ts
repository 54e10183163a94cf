import { assertNever } from '../util/assert.ts';
import { type ErrorCode, ForetokenError } from '../util/errors.ts';

/** Names of `DOMException`s that the Prompt API has for what fails. */
type ErrorName =
  | 'InvalidStateError'
  | 'NetworkError'
  | 'NotSupportedError'
  | 'OperationError'
  | 'SyntaxError'
  | 'UnknownError';

/** Creates a `DOMException`. */
export function domError(name: ErrorName, message: string): DOMException {
  return new DOMException(message, name);
}

/** Error of an input that no dropped message makes room for; `requested` and `quota` are tokens. */
export function quotaExceeded(requested: number, quota: number): DOMException {
  const message = `the input makes a conversation of ${requested} tokens, which do not fit the ${quota} of the context: shorten it, or create the server with a larger nCtx`;
  // Browsers are replacing the DOMException of this name by a class with the same two properties.
  const error = new DOMException(message, 'QuotaExceededError');
  return Object.defineProperties(error, {
    requested: { value: requested, enumerable: true },
    quota: { value: quota, enumerable: true },
  });
}

/**
 * Converts an error of the server to the Prompt API's; reasons of signals and errors of tools stay as they are. A constrained
 * request that the server calls invalid has a constraint that is.
 */
export function fromServer(error: unknown, isConstrained = false): unknown {
  if (!(error instanceof ForetokenError)) return error;
  const { n_prompt_tokens, n_ctx } = error.details;
  if (error.code === 'context_exceeded' && typeof n_prompt_tokens === 'number' && typeof n_ctx === 'number') {
    return quotaExceeded(n_prompt_tokens, n_ctx);
  }
  const isUnsaid = isConstrained && error.code === 'invalid_request';
  return domError(isUnsaid ? 'NotSupportedError' : nameOf(error.code), error.message);
}

function nameOf(code: ErrorCode): ErrorName {
  switch (code) {
    case 'no_webgpu':
    case 'not_supported':
    case 'unsupported_model':
      return 'NotSupportedError';
    case 'fetch_failed':
    case 'digest_mismatch':
      return 'NetworkError';
    case 'closed':
    case 'device_lost':
      return 'InvalidStateError';
    case 'invalid_gguf':
    case 'draft_incompatible':
    case 'invalid_option':
    case 'device_limits':
    case 'out_of_memory':
    case 'shader_error':
    case 'worker_failed':
    case 'store_unavailable':
    case 'quota_exceeded':
    case 'in_use':
      return 'OperationError';
    case 'invalid_request':
    case 'invalid_json':
    case 'context_exceeded':
    case 'unauthorized':
    case 'not_found':
    case 'loading':
    case 'no_engine':
    case 'cache_full':
    case 'no_slot':
    case 'aborted':
    case 'input_too_large':
    case 'internal':
    case 'invalid_report':
      return 'UnknownError';
    default:
      return assertNever(code);
  }
}

/**
 * Errors that a caller may meet: a stable code with llama-server's HTTP status and type. Source: tools/server/README.md of
 * llama.cpp, "API errors".
 */
export const ERROR_CODES = {
  invalid_request: { status: 400, type: 'invalid_request_error' },
  invalid_json: { status: 400, type: 'invalid_request_error' },
  context_exceeded: { status: 400, type: 'exceed_context_size_error' },
  unauthorized: { status: 401, type: 'authentication_error' },
  not_found: { status: 404, type: 'not_found_error' },
  not_supported: { status: 501, type: 'not_supported_error' },
  loading: { status: 503, type: 'unavailable_error' },
  no_engine: { status: 503, type: 'unavailable_error' },
  closed: { status: 503, type: 'unavailable_error' },
  cache_full: { status: 500, type: 'server_error' },
  no_slot: { status: 503, type: 'unavailable_error' },
  aborted: { status: 499, type: 'server_error' },
  input_too_large: { status: 400, type: 'invalid_request_error' },
  internal: { status: 500, type: 'server_error' },
  // Loading a model.
  fetch_failed: { status: 500, type: 'server_error' },
  invalid_gguf: { status: 500, type: 'server_error' },
  unsupported_model: { status: 500, type: 'server_error' },
  draft_incompatible: { status: 500, type: 'server_error' },
  invalid_option: { status: 500, type: 'server_error' },
  // The model store.
  store_unavailable: { status: 500, type: 'server_error' },
  quota_exceeded: { status: 500, type: 'server_error' },
  digest_mismatch: { status: 500, type: 'server_error' },
  in_use: { status: 503, type: 'unavailable_error' },
  // Reports of the lab.
  invalid_report: { status: 400, type: 'invalid_request_error' },
  worker_failed: { status: 500, type: 'server_error' },
  // The adapter.
  no_webgpu: { status: 500, type: 'server_error' },
  device_limits: { status: 500, type: 'server_error' },
  out_of_memory: { status: 500, type: 'server_error' },
  device_lost: { status: 500, type: 'server_error' },
  shader_error: { status: 500, type: 'server_error' },
} as const satisfies Record<string, { status: number; type: string }>;

/** Stable code of an error. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** Numbers and names that belong to an error. They travel with it; some are part of the response body. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean>>;

/** Form in which a `ForetokenError` crosses the worker boundary. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: ErrorDetails;
}

/** Error class for everything a caller may meet. The message states the problem, with the numbers, and the remedy. */
export class ForetokenError extends Error {
  override readonly name = 'ForetokenError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
  }

  /** HTTP status of the error. */
  get status(): number {
    return ERROR_CODES[this.code].status;
  }

  /** llama-server's `error.type`. */
  get type(): string {
    return ERROR_CODES[this.code].type;
  }

  /** Returns the form in which the error crosses the worker boundary. @internal */
  toWire(): WireError {
    return { code: this.code, message: this.message, details: this.details };
  }

  /** Restores an error that crossed the worker boundary. @internal */
  static fromWire(wire: WireError): ForetokenError {
    return new ForetokenError(wire.code, wire.message, wire.details);
  }

  /** Returns a `ForetokenError` unchanged and wraps anything else as `internal`. */
  static from(error: unknown): ForetokenError {
    if (error instanceof ForetokenError) return error;
    const message = error instanceof Error ? error.message : String(error);
    return new ForetokenError('internal', message, {}, { cause: error });
  }
}

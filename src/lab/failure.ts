import type { Failure } from '../report/index.ts';
import { type ErrorCode, ForetokenError } from '../util/errors.ts';

/** Maps the codes of errors outside our control to their status in a report; all others are `error`. */
const STATUS_OF: Partial<Record<ErrorCode, Failure['status']>> = {
  device_lost: 'device-lost',
  out_of_memory: 'oom',
  device_limits: 'unsupported',
  unsupported_model: 'unsupported',
  not_supported: 'unsupported',
};

/** Converts a thrown value to a report's failure. */
export function failureOf(thrown: unknown): Failure {
  const error = ForetokenError.from(thrown);
  return { status: STATUS_OF[error.code] ?? 'error', message: error.message || 'no reason given' };
}

import type { Failure } from '../report/index.ts';
import { type ErrorCode, ForetokenError } from '../util/errors.ts';

/** Codes of errors that are no error of ours, and the status they have in a report; all others are `error`. */
const STATUS_OF: Partial<Record<ErrorCode, Failure['status']>> = {
  device_lost: 'device-lost',
  out_of_memory: 'oom',
  device_limits: 'unsupported',
  unsupported_model: 'unsupported',
  not_supported: 'unsupported',
};

/** What was thrown, as a report tells it. */
export function failureOf(thrown: unknown): Failure {
  const error = ForetokenError.from(thrown);
  return { status: STATUS_OF[error.code] ?? 'error', message: error.message || 'no reason given' };
}

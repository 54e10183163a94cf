/** Statuses of failed measurements. */
export const UNMEASURED = [
  'unsupported',
  'oom',
  'timeout',
  'device-lost',
  'visibility-interrupted',
  'error',
] as const;
export type Unmeasured = (typeof UNMEASURED)[number];

/** Status of an entry of a report. `success` and `wrong-result` have figures; all others have a message with the reason. */
export const STATUSES = ['success', 'wrong-result', ...UNMEASURED] as const;
export type Status = (typeof STATUSES)[number];

/** Reason why something was not measured. */
export interface Failure {
  readonly status: Unmeasured;
  readonly message: string;
}

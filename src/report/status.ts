/** The statuses of what was not measured. */
export const UNMEASURED = [
  'unsupported',
  'oom',
  'timeout',
  'device-lost',
  'visibility-interrupted',
  'error',
] as const;
export type Unmeasured = (typeof UNMEASURED)[number];

/** How one thing of a report ended. `success` and `wrong-result` have figures; all others a message that says why not. */
export const STATUSES = ['success', 'wrong-result', ...UNMEASURED] as const;
export type Status = (typeof STATUSES)[number];

/** Why something was not measured. */
export interface Failure {
  readonly status: Unmeasured;
  readonly message: string;
}

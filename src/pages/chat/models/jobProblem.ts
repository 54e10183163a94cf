import type { ForetokenError } from '../../../client/index.ts';
import { hubProblem } from './hubProblem.ts';

/** Says why a download or a check failed, and what to do next. */
export function jobProblem(error: ForetokenError, isOnline: boolean): string {
  switch (error.code) {
    case 'quota_exceeded':
      return 'The browser has no room for it. Delete other models below, or free room on the disk, then resume.';
    case 'fetch_failed':
      return 'presentBytes' in error.details
        ? 'The connection was lost. What has come stays here: resume when the network is back.'
        : hubProblem(error, isOnline);
    case 'invalid_gguf':
    case 'digest_mismatch':
      return `What came is not the model: ${error.message}. Delete it and try again, or take another file.`;
    case 'store_unavailable':
      return 'This browser keeps no files for this site, as in private windows. Load the model without keeping it.';
    default:
      return error.message;
  }
}

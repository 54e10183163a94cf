import { size } from '../format.ts';
import type { ModelsState } from './state.ts';

/** Says that the browser has no room for so many bytes more; null if it has, or keeps nothing anyway. */
export function roomProblem({ stored }: Pick<ModelsState, 'stored'>, downloadBytes: number): string | null {
  if (!stored) return null;
  const { quotaBytes, originBytes, modelBytes } = stored.usage;
  const freeBytes = Math.max(0, quotaBytes - originBytes);
  if (downloadBytes <= freeBytes) return null;
  const kept = stored.models
    .filter(({ isPinned }) => !isPinned)
    .reduce((sum, { presentBytes }) => sum + presentBytes, 0);
  const outlook =
    downloadBytes <= freeBytes + kept
      ? 'Models that are not pinned will make room.'
      : 'It cannot be kept: every visit would download it again.';
  return `The browser has room for ${size(freeBytes)} more beside ${size(modelBytes)} of models. ${outlook}`;
}

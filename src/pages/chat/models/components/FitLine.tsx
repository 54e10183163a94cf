import { size } from '../../format.ts';
import type { BrowserFacts } from '../browser.ts';
import { fitOf, fitText } from '../fit.ts';
import { hubProblem } from '../hubProblem.ts';
import type { FitLookup } from '../state.ts';

interface FitLineProps {
  /** Undefined before it is asked for. */
  readonly lookup: FitLookup | undefined;
  readonly browser: BrowserFacts;
  /** Need by the size of the file, until the header is read; null if it is not known. */
  readonly roughBytes: number | null;
  readonly onRetry: () => void;
}

/** Answer to whether a pair fits, in a sentence. */
export function FitLine({ lookup, browser, roughBytes, onRetry }: FitLineProps) {
  if (!lookup || lookup.kind === 'asking') {
    const rough = roughBytes === null ? '' : `About ${size(roughBytes)} by its size. `;
    return <p class="fit">{rough}Reading the header…</p>;
  }
  if (lookup.kind === 'failed') {
    return (
      <p class="fit" data-fit="failed">
        {hubProblem(lookup.error, navigator.onLine)}{' '}
        <button type="button" class="quiet" onClick={onRetry}>
          Try again
        </button>
      </p>
    );
  }
  const fit = fitOf(lookup.estimate, browser.memoryBytes);
  return (
    <p class="fit" data-fit={fit.kind} data-testid="fit">
      {fitText(fit)}
    </p>
  );
}

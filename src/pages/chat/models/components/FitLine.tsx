import type { BrowserFacts } from '../browser.ts';
import { fitOf, fitText } from '../fit.ts';
import { hubProblem } from '../hubProblem.ts';
import type { FitLookup } from '../state.ts';

interface FitLineProps {
  /** Undefined before it is asked for. */
  readonly lookup: FitLookup | undefined;
  readonly browser: BrowserFacts;
}

/** Answer to whether a pair fits, in a sentence. */
export function FitLine({ lookup, browser }: FitLineProps) {
  if (!lookup || lookup.kind === 'asking') {
    return <p class="fit">Reading the header…</p>;
  }
  if (lookup.kind === 'failed') {
    return (
      <p class="fit" data-fit="failed">
        {hubProblem(lookup.error, navigator.onLine)}
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

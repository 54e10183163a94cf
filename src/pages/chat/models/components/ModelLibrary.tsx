import { useEffect } from 'preact/hooks';
import { adapterText } from '../browser.ts';
import type { LibraryContext } from '../context.ts';
import type { ModelsState } from '../state.ts';
import { CuratedList } from './CuratedList.tsx';
import { HubPanel } from './HubPanel.tsx';
import { JobCard } from './JobCard.tsx';
import { LocalPanel } from './LocalPanel.tsx';
import { StoredPanel } from './StoredPanel.tsx';
import '../style/models.css';

/** Where models come from: the list, the Hub, this computer, and what the browser keeps. */
export function ModelLibrary(context: LibraryContext) {
  const { state, effects, dispatch } = context;
  useEffect(() => void effects.shelf.refresh(), [effects]);
  const jobs = Object.values(state.jobs);
  return (
    <div class="models" data-testid="models">
      <Adapter state={state} />
      {jobs.length > 0 && (
        <ul class="jobs" aria-label="Downloads">
          {jobs.map(job => (
            <JobCard key={job.id} job={job} effects={effects} dispatch={dispatch} />
          ))}
        </ul>
      )}
      <CuratedList {...context} />
      <HubPanel {...context} />
      <LocalPanel {...context} />
      <StoredPanel {...context} />
    </div>
  );
}

function Adapter({ state: { adapter, browser } }: { readonly state: ModelsState }) {
  if (!adapter) return null;
  const { name, hint } = adapterText(adapter, browser.userAgent);
  return (
    <div class="adapter" data-testid="library-adapter">
      <p>
        On <strong>{name}</strong>
      </p>
      {hint && <p class="note">{hint}</p>}
    </div>
  );
}

import { useState } from 'preact/hooks';
import type { StoredModel, StoreUsage } from '../../../../client/index.ts';
import { size } from '../../format.ts';
import type { LibraryContext } from '../context.ts';
import { draftOf, findCurated } from '../curated.ts';
import { jobProblem } from '../jobProblem.ts';
import { modelName, storedFacts } from '../names.ts';
import { ModelRow } from './ModelRow.tsx';
import { PairPanel } from './PairPanel.tsx';

/** Models that the browser keeps, and the room for them. */
export function StoredPanel(context: LibraryContext) {
  const { state, effects, dispatch } = context;
  const { stored, storeError } = state;
  return (
    <section aria-labelledby="stored-title" data-testid="stored">
      <h3 id="stored-title">Kept in this browser</h3>
      {storeError && (
        <div role="alert" class="trouble">
          <p>{jobProblem(storeError, navigator.onLine)}</p>
          <button type="button" class="quiet" onClick={() => dispatch({ type: 'storeDismissed' })}>
            Dismiss
          </button>
        </div>
      )}
      {!stored && (
        <p class="note">Nothing: this browser keeps no files for this site, or has not said yet.</p>
      )}
      {stored && stored.models.length === 0 && (
        <p class="note">Nothing yet. What is loaded from the Hub stays here for the next visit.</p>
      )}
      {stored && (
        <>
          <ul class="rows">
            {stored.models.map(model => (
              <StoredRow key={model.id} model={model} {...context} />
            ))}
          </ul>
          <Room usage={stored.usage} onPersist={() => void effects.shelf.persist()} />
        </>
      )}
    </section>
  );
}

function StoredRow({ model, ...context }: LibraryContext & { readonly model: StoredModel }) {
  const { id, isPinned, isComplete } = model;
  const { state, effects } = context;
  const [isAsking, setAsking] = useState(false);
  const name = modelName(id);
  const isBusy = state.jobs[id]?.outcome.kind === 'running';
  const curated = findCurated({ address: id });
  return (
    <ModelRow
      name={name}
      facts={storedFacts(model, Date.now())}
      badges={[context.loaded === id && 'loaded', isPinned && 'pinned', !isComplete && 'unfinished']}
    >
      {() => (
        <>
          {isComplete && (
            <PairPanel
              target={id}
              draft={(curated && draftOf(curated)) ?? undefined}
              roughBytes={model.sizeBytes}
              {...context}
            />
          )}
          <div class="buttons">
            {!isComplete && (
              <button
                type="button"
                class="primary"
                disabled={isBusy}
                onClick={() => void effects.shelf.download(id)}
              >
                Resume
              </button>
            )}
            <button
              type="button"
              aria-pressed={isPinned}
              title="A pinned model stays when another one needs room"
              onClick={() => void effects.shelf.setPinned(id, !isPinned)}
            >
              {isPinned ? 'Unpin' : 'Pin'}
            </button>
            {isComplete && (
              <button
                type="button"
                disabled={isBusy}
                title="Reads all of it and compares it with its checksums"
                onClick={() => void effects.shelf.verify(id)}
              >
                Check
              </button>
            )}
            <button
              type="button"
              class="danger"
              onBlur={() => setAsking(false)}
              onClick={() => {
                if (isAsking) void effects.shelf.remove(id);
                else setAsking(true);
              }}
            >
              {isAsking ? `Delete ${size(model.presentBytes)}?` : 'Delete'}
            </button>
          </div>
        </>
      )}
    </ModelRow>
  );
}

function Room({ usage, onPersist }: { readonly usage: StoreUsage; readonly onPersist: () => void }) {
  const { modelBytes, originBytes, quotaBytes, isPersistent } = usage;
  return (
    <div class="room">
      <meter
        min={0}
        max={quotaBytes}
        high={0.9 * quotaBytes}
        value={originBytes}
        aria-label="Room that this site uses"
      />
      <p class="note" data-testid="usage">
        {size(modelBytes)} of models. The browser grants this site {size(quotaBytes)}
        {isPersistent ? ' and keeps it.' : ', and may clear it when the disk is full.'}
      </p>
      {!isPersistent && (
        <button type="button" onClick={onPersist}>
          Ask it to keep them
        </button>
      )}
    </div>
  );
}

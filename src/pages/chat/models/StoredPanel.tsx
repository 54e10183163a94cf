import type { StoredModel } from '../../../client/index.ts';
import type { Context } from '../context.ts';
import { size } from '../format.ts';

/** Lists the models that the browser keeps for this site, with their sizes. */
export function StoredPanel({ state, engine, stored, dispatch }: Context) {
  const { stored: list, storeError } = state.models;
  if (!list) return null;
  const { models, usage } = list;
  if (models.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="stored-title" data-testid="stored">
      <h2 id="stored-title">Stored in this browser</h2>
      {storeError && (
        <p class="notice" role="alert">
          {storeError.message}
          <button
            type="button"
            class="quiet"
            onClick={() => dispatch({ of: 'models', type: 'storeFailed', error: null })}
          >
            Dismiss
          </button>
        </p>
      )}
      <ul class="stored">
        {models.map(model => (
          <li key={model.id} data-testid="stored-model">
            <span class="name">{nameOf(model)}</span>
            <span class="facts">{factsOf(model)}</span>
            <span class="actions">
              <button
                type="button"
                class="quiet"
                aria-label={`Load ${nameOf(model)}`}
                onClick={() => engine.choose({ target: { kind: 'url', url: model.id } })}
              >
                Load
              </button>
              <button
                type="button"
                class="quiet"
                aria-pressed={model.isPinned}
                aria-label={`Keep ${nameOf(model)} when room is needed`}
                onClick={() => void stored.setPinned(model.id, !model.isPinned)}
              >
                {model.isPinned ? 'Kept' : 'Keep'}
              </button>
              <button
                type="button"
                class="quiet"
                aria-label={`Delete ${nameOf(model)}`}
                onClick={() => void stored.remove(model.id)}
              >
                Delete
              </button>
            </span>
          </li>
        ))}
      </ul>
      <p class="note" data-testid="usage">
        {size(usage.modelBytes)} of models. The browser grants this site {size(usage.quotaBytes)}
        {usage.isPersistent ? ' and keeps it.' : ', and may clear it when the disk is full.'}
      </p>
    </section>
  );
}

/** Name as it was given for a model of the Hub, else that of its first file. */
function nameOf({ id, files }: StoredModel): string {
  return id.startsWith('hf:') ? id : (files[0]?.name ?? id);
}

function factsOf({ sizeBytes, presentBytes, isComplete, files }: StoredModel): string {
  const parts = files.length > 1 ? ` in ${files.length} files` : '';
  if (isComplete) return `${size(presentBytes)}${parts}`;
  const total = sizeBytes === null ? '' : ` of ${size(sizeBytes)}`;
  return `incomplete: ${size(presentBytes)}${total}${parts}`;
}

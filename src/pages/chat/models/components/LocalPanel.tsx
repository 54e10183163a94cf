import { useRef, useState } from 'preact/hooks';
import { size } from '../../format.ts';
import type { LibraryContext } from '../context.ts';
import { fitOf, fittingCtx, isLoadable } from '../fit.ts';
import { fileFault, type LocalModel } from '../localModels.ts';
import { LOCAL_KEY } from '../state.ts';
import { takeFiles } from '../takeFiles.ts';
import { FitLine } from './FitLine.tsx';

/** Files of this computer that were chosen, or dropped anywhere on the page: one model or a target with its draft. */
export function LocalPanel(context: LibraryContext) {
  const { state } = context;
  const input = useRef<HTMLInputElement>(null);
  const fault = state.local && fileFault(state.local);
  return (
    <section aria-labelledby="local-title">
      <h3 id="local-title">From this computer</h3>
      <div class="drop-here">
        <p>Drop a .gguf file anywhere on the page, of a split model all parts, and its draft if you like.</p>
        <button type="button" onClick={() => input.current?.click()}>
          Choose files…
        </button>
        <input
          ref={input}
          type="file"
          multiple
          accept=".gguf"
          class="hidden"
          tabIndex={-1}
          aria-label="Model files"
          data-testid="local-files"
          onChange={event => {
            const files = [...(event.currentTarget.files ?? [])];
            event.currentTarget.value = '';
            takeFiles(files, context);
          }}
        />
      </div>
      {fault && (
        <p role="alert" class="trouble" data-testid="local-fault">
          {fault}
        </p>
      )}
      {state.local && !fault && <Chosen models={state.local.models} {...context} />}
    </section>
  );
}

/** Chosen models with their roles, and the button that loads them. */
function Chosen({ models, ...context }: LibraryContext & { readonly models: readonly LocalModel[] }) {
  const { state, effects, dispatch, nCtx, onLoad } = context;
  const [swapped, setSwapped] = useState(false);
  const [target, draft] = swapped && models.length > 1 ? [models[1], models[0]] : models;
  if (!target) return null;
  const lookup = state.fits[LOCAL_KEY];
  const fit = lookup?.kind === 'known' ? fitOf(lookup.estimate, state.browser.memoryBytes) : null;
  const pair = { target: target.files, draft: draft?.files ?? null, nCtx };
  return (
    <div class="pair" data-testid="local">
      <dl class="roles">
        <Role name="Target" model={target} />
        {draft && <Role name="Draft" model={draft} />}
      </dl>
      {lookup && (
        <FitLine
          lookup={lookup}
          browser={state.browser}
          roughBytes={null}
          onRetry={() => void effects.fits.ask(pair)}
        />
      )}
      <div class="buttons">
        <button
          type="button"
          class="primary"
          disabled={!isLoadable(fit)}
          onClick={() => onLoad(pair.target, pair.draft, fittingCtx(fit))}
        >
          Load
        </button>
        {!lookup && (
          <button type="button" onClick={() => void effects.fits.ask(pair)}>
            Does it fit?
          </button>
        )}
        {draft && (
          <button
            type="button"
            onClick={() => {
              setSwapped(!swapped);
              effects.fits.forget(LOCAL_KEY);
            }}
          >
            Swap
          </button>
        )}
        <button type="button" class="quiet" onClick={() => dispatch({ type: 'local', local: null })}>
          Clear
        </button>
      </div>
    </div>
  );
}

function Role({ name, model }: { readonly name: string; readonly model: LocalModel }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {model.name}
        {model.files.length > 1 && ` and ${model.files.length - 1} more`} · {size(model.sizeBytes)}
      </dd>
    </div>
  );
}

import { useMemo } from 'preact/hooks';
import type { ModelReport } from '../../../client/index.ts';
import type { Context } from '../context.ts';
import { choiceOf, sourceOf } from '../engine/choices.ts';
import { parameters, size } from '../format.ts';
import { ModelLibrary } from '../models/components/ModelLibrary.tsx';
import type { OnLoad } from '../models/context.ts';
import type { ModelsAction } from '../models/state.ts';
import { WIDE } from '../state.ts';
import { LinkButton } from './LinkButton.tsx';

/** Models that are loaded, and the library that others come from. */
export function ModelsPanel({ state, engine, models, dispatch }: Context) {
  const { status, choices, settings } = state.engine;
  const report = status.kind === 'ready' ? status.report : null;
  const address = report && sourceOf('target', choices.target);
  const toLibrary = useMemo(
    () => (action: ModelsAction) => dispatch({ of: 'models', ...action }),
    [dispatch],
  );
  return (
    <section class="panel" aria-labelledby="models-title">
      <h2 id="models-title">Models</h2>
      {report && (
        <dl class="loaded" data-testid="loaded">
          <Loaded name="Target" report={report.model} />
          {report.draft ? (
            <Loaded name="Draft" report={report.draft} />
          ) : (
            <div>
              <dt>Draft</dt>
              <dd>n-grams of the text itself</dd>
            </div>
          )}
        </dl>
      )}
      {report && <LinkButton choices={choices} />}
      <ModelLibrary
        state={state.models}
        effects={models}
        dispatch={toLibrary}
        onLoad={load}
        nCtx={settings.nCtx > 0 ? settings.nCtx : undefined}
        loaded={typeof address === 'string' ? address : null}
      />
    </section>
  );

  function load(...[target, draft, nCtx]: Parameters<OnLoad>): void {
    engine.choose({
      target: choiceOf('target', target),
      draft: choiceOf('draft', draft),
      nCtx: nCtx ?? null,
    });
    // Where the panel covers the conversation, that is what comes next.
    if (!matchMedia(WIDE).matches) dispatch({ of: 'view', view: { panel: null } });
  }
}

function Loaded({ name, report }: { name: string; report: ModelReport }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <span class="name">{report.name}</span>
        <small>
          {parameters(report.nParams)} parameters · {report.fileType} · {size(report.sizeBytes)}
        </small>
      </dd>
    </div>
  );
}

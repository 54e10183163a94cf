import { megabytes } from '../format.ts';
import { type Loading, type State, totalProgress } from '../state.ts';

/** Status line, which screen readers announce when it changes, and the progress of loading. */
export function Status({ state }: { state: State }) {
  return (
    <div class="status">
      <p role="status" data-testid="status">
        {sentence(state)}
      </p>
      {state.engine.kind === 'loading' && <ProgressBar loading={state.engine} />}
    </div>
  );
}

function sentence({ engine, run }: State): string {
  switch (engine.kind) {
    case 'loading':
      return loadingSentence(engine);
    case 'failed':
      return 'No model is loaded.';
    case 'ready':
      if (run?.phase === 'running') return 'Writing…';
      return run?.ending || 'Ready.';
  }
}

function loadingSentence({ latest }: Loading): string {
  if (!latest) return 'Starting…';
  switch (latest.phase) {
    case 'download':
      return `Downloading the ${latest.model} model…`;
    case 'header':
      return `Reading the ${latest.model} model’s header…`;
    case 'weights':
      return `Loading the ${latest.model} model…`;
    case 'pipelines':
      return `Compiling the ${latest.model} model’s shaders…`;
    case 'ready':
      return `The ${latest.model} model is loaded…`;
  }
}

function ProgressBar({ loading }: { loading: Loading }) {
  const { loadedBytes, totalBytes } = totalProgress(loading);
  const known = totalBytes > 0;
  return (
    <div class="progress">
      <progress aria-label="Loading" max={1} {...(known ? { value: loadedBytes / totalBytes } : {})} />
      <span class="figures">
        {known &&
          `${megabytes(loadedBytes)} of ${megabytes(totalBytes)} · ${megabytes(loading.bytesPerSecond)}/s`}
      </span>
    </div>
  );
}

import { assertNever } from '../../../util/assert.ts';
import { isRunning } from '../complete/completeState.ts';
import { type Loading, totalProgress } from '../engine/engineState.ts';
import { megabytes, size, wait } from '../format.ts';
import type { State } from '../state.ts';

/** Status line, which screen readers announce when it changes, and the progress of loading. */
export function Status({ state }: { state: State }) {
  return (
    <div class="status">
      <p role="status" data-testid="status">
        {sentence(state)}
      </p>
      {state.engine.status.kind === 'loading' && <ProgressBar loading={state.engine.status} />}
    </div>
  );
}

function sentence({ engine: { status }, view, chat, complete }: State): string {
  switch (status.kind) {
    case 'loading':
      return loadingSentence(status);
    case 'failed':
      return 'No model is loaded.';
    case 'ready': {
      if (view.tab === 'chat') return chat.answer ? 'Writing…' : `${status.report.model.name} is ready.`;
      return isRunning(complete.run) ? 'Writing…' : complete.run?.ending || 'Ready.';
    }
    default:
      return assertNever(status);
  }
}

function loadingSentence({ latest }: Loading): string {
  if (!latest) return 'Starting…';
  switch (latest.phase) {
    case 'header':
      return `Reading the ${latest.model} model’s header…`;
    case 'download':
      return latest.download?.phase === 'waiting'
        ? `Another tab downloads the ${latest.model} model…`
        : `Downloading the ${latest.model} model…`;
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
      <span class="figures" data-testid="figures">
        {known && figures(loading, loadedBytes, totalBytes)}
      </span>
    </div>
  );
}

/** Bytes and speed; of a download the time left and the bytes that were stored before, too. */
function figures({ latest, bytesPerSecond }: Loading, loadedBytes: number, totalBytes: number): string {
  const download = latest?.download;
  const amount = `${size(loadedBytes)} of ${size(totalBytes)}`;
  if (!download) return `${amount} · ${megabytes(bytesPerSecond)}/s`;
  return [
    amount,
    `${megabytes(download.bytesPerSecond)}/s`,
    ...(download.remainingSeconds === null ? [] : [`${wait(download.remainingSeconds)} left`]),
    ...(download.resumedBytes === 0 ? [] : [`${size(download.resumedBytes)} from before`]),
  ].join(' · ');
}

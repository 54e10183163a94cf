import type { StoreProgress } from '../../../../client/index.ts';
import { megabytes, size, wait } from '../../../demo/format.ts';
import type { ModelsEffects } from '../effects.ts';
import { jobProblem } from '../jobProblem.ts';
import { modelName } from '../names.ts';
import type { Job, ModelsAction } from '../state.ts';

interface JobCardProps {
  readonly job: Job;
  readonly effects: ModelsEffects;
  readonly dispatch: (action: ModelsAction) => void;
}

/** Card of a download or a check: how far it is, how fast, and what can be done. */
export function JobCard({ job, effects, dispatch }: JobCardProps) {
  const { id, progress, outcome } = job;
  const name = modelName(id);
  const total = progress?.totalBytes ?? null;
  const isRunning = outcome.kind === 'running';
  return (
    <li class="job" data-testid="job" data-outcome={outcome.kind}>
      <p class="name">{name}</p>
      {isRunning && (
        <>
          <progress
            aria-label={`${job.kind === 'download' ? 'Download' : 'Check'} of ${name}`}
            max={1}
            {...(progress && total ? { value: progress.loadedBytes / total } : {})}
          />
          <p class="figures">{progress ? figures(progress) : 'Asking for it…'}</p>
        </>
      )}
      <p role="status" class={outcome.kind === 'failed' ? 'trouble' : 'note'}>
        {sentence(job)}
      </p>
      <div class="buttons">
        {isRunning ? (
          <button type="button" aria-label={`Cancel ${name}`} onClick={() => effects.shelf.cancel(id)}>
            Cancel
          </button>
        ) : (
          <>
            {outcome.kind !== 'done' && (
              <button
                type="button"
                aria-label={`Resume ${name}`}
                onClick={() =>
                  void (job.kind === 'download' ? effects.shelf.download(id) : effects.shelf.verify(id))
                }
              >
                {job.kind === 'download' ? 'Resume' : 'Check again'}
              </button>
            )}
            <button
              type="button"
              class="quiet"
              aria-label={`Dismiss ${name}`}
              onClick={() => dispatch({ type: 'jobDismissed', id })}
            >
              Dismiss
            </button>
          </>
        )}
      </div>
    </li>
  );
}

/** Bytes, speed, time left, and the bytes that were there before. */
function figures({
  loadedBytes,
  totalBytes,
  bytesPerSecond,
  remainingSeconds,
  resumedBytes,
}: StoreProgress): string {
  return [
    `${size(loadedBytes)}${totalBytes === null ? '' : ` of ${size(totalBytes)}`}`,
    `${megabytes(bytesPerSecond)}/s`,
    ...(remainingSeconds === null ? [] : [`${wait(remainingSeconds)} left`]),
    ...(resumedBytes === 0 ? [] : [`resumed at ${size(resumedBytes)}`]),
  ].join(' · ');
}

function sentence({ kind, progress, outcome }: Job): string {
  switch (outcome.kind) {
    case 'running':
      return progress?.phase === 'waiting' ? 'Another tab downloads it; this one waits for it.' : '';
    case 'done': {
      if (kind === 'download') return 'Downloaded. This browser keeps it.';
      const repaired = outcome.report?.repairedBytes ?? 0;
      return repaired === 0
        ? 'Checked: every byte is right.'
        : `Repaired: ${size(repaired)} were damaged and came anew.`;
    }
    case 'canceled':
      return kind === 'download' ? 'Canceled. What has come stays here for later.' : 'Canceled.';
    case 'failed':
      return jobProblem(outcome.error, navigator.onLine);
  }
}

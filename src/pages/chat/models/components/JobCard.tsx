import type { ModelsEffects } from '../effects.ts';
import { jobFigures, jobSentence } from '../jobText.ts';
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
          <p class="figures">{progress ? jobFigures(progress) : 'Asking for it…'}</p>
        </>
      )}
      <p role="status" class={outcome.kind === 'failed' ? 'trouble' : 'note'}>
        {jobSentence(job, navigator.onLine)}
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

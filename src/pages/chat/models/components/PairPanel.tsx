import { useEffect, useState } from 'preact/hooks';
import { percent, size } from '../../format.ts';
import type { LibraryContext } from '../context.ts';
import { type CuratedModel, suggestDraft } from '../curated.ts';
import { fitOf, fittingCtx, isLoadable } from '../fit.ts';
import { roomProblem } from '../room.ts';
import { type Job, missingOf, type Pair, pairKey } from '../state.ts';
import { FitLine } from './FitLine.tsx';

interface PairPanelProps extends LibraryContext {
  /** Address of the model. */
  readonly target: string;
  /** Draft that goes with it; undefined to suggest one by the header. */
  readonly draft: CuratedModel | null | undefined;
  /** MTP head that can draft instead. */
  readonly head?: CuratedModel | null;
  /** Need by the size of the file, until the header is read; null if it is not known. */
  readonly roughBytes: number | null;
}

/** Memory that a model needs, with or without the draft that fits it, and the buttons that get and load it. */
export function PairPanel(props: PairPanelProps) {
  const { state, effects, target, nCtx, onLoad, head = null } = props;
  const [withDraft, setWithDraft] = useState(true);
  const [withHead, setWithHead] = useState(false);
  const alone: Pair = { target, draft: null, nCtx };
  const header = state.fits[pairKey(alone)];
  const draft = props.draft === undefined ? suggestion(header) : props.draft;
  const drafter = withHead && head ? head : draft;
  const pair: Pair = drafter && withDraft ? { ...alone, draft: drafter.address } : alone;
  // A suggestion needs the header of the target first.
  const asked = props.draft === undefined && !header ? alone : pair;
  const key = pairKey(asked);
  useEffect(() => void effects.fits.ask(asked), [key, state.access]);

  const lookup = state.fits[pairKey(pair)];
  const estimate = lookup?.kind === 'known' ? lookup.estimate : null;
  const fit = estimate && fitOf(estimate, state.browser.memoryBytes);
  const missing = missingOf(state, pair);
  // The estimate counts all models, also those that are kept.
  const isWhole = missing.length === (pair.draft === null ? 1 : 2);
  const room = estimate && roomProblem(state, missing.length > 0 ? estimate.downloadBytes : 0);
  const jobs = missing.flatMap(address => state.jobs[address] ?? []);
  const isComing = jobs.some(({ outcome }) => outcome.kind === 'running');
  const load = async () => {
    if (await effects.shelf.bring(pair)) onLoad(pair.target, pair.draft, fittingCtx(fit));
  };
  return (
    <div class="pair">
      <FitLine
        lookup={lookup}
        browser={state.browser}
        roughBytes={props.roughBytes}
        onRetry={() => void effects.fits.ask(asked)}
      />
      {room && <p class="note">{room}</p>}
      {draft ? (
        <label class="draft">
          <input
            type="checkbox"
            checked={withDraft}
            onChange={event => setWithDraft(event.currentTarget.checked)}
          />
          <span>
            With the draft {draft.name} ({size(draft.sizeBytes)})
            {!withDraft && '; without it n-grams of the text itself draft'}
          </span>
        </label>
      ) : (
        <p class="note">No small model with its tokens is known here, so n-grams of the text itself draft.</p>
      )}
      {head && (
        <label class="draft">
          <input
            type="checkbox"
            checked={withHead && withDraft}
            disabled={!withDraft}
            onChange={event => setWithHead(event.currentTarget.checked)}
          />
          <span>
            Let its MTP head draft instead ({size(head.sizeBytes)}): one layer that continues from the hidden
            states of the model
          </span>
        </label>
      )}
      <div class="buttons">
        <button
          type="button"
          class="primary"
          disabled={isComing || !isLoadable(fit)}
          onClick={() => void load()}
        >
          {isComing
            ? comingText(jobs)
            : missing.length > 0
              ? downloadText(isWhole ? estimate?.downloadBytes : undefined)
              : 'Load'}
        </button>
        {missing.length > 0 && state.stored && (
          <button
            type="button"
            disabled={isComing}
            onClick={() => {
              for (const address of missing) void effects.shelf.download(address);
            }}
          >
            Only download
          </button>
        )}
      </div>
    </div>
  );

  function suggestion(known: typeof header): CuratedModel | null {
    return known?.kind === 'known' ? suggestDraft(known.estimate.model) : null;
  }
}

/** Label of the button that downloads so many bytes; undefined until they are known. */
function downloadText(bytes: number | undefined): string {
  return bytes === undefined ? 'Download and load' : `Download and load (${size(bytes)})`;
}

/** Label while the models come: the part of all their bytes that is here. */
function comingText(jobs: readonly Job[]): string {
  const loaded = jobs.reduce((sum, { progress }) => sum + (progress?.loadedBytes ?? 0), 0);
  const total = jobs.reduce((sum, { progress }) => sum + (progress?.totalBytes ?? 0), 0);
  return `Downloading… ${total > 0 ? percent(loaded, total) : ''}`;
}

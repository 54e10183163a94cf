import type { ComponentChildren } from 'preact';
import type { AdapterReport, Timings } from '../../../client/index.ts';
import { duration, percent, rate } from '../format.ts';

/** Figures of an answer. */
export function Figures({ timings }: { timings: Timings | null }) {
  const { draft_n: drafted = 0, draft_n_accepted: accepted = 0 } = timings ?? {};
  return (
    <dl class="figure-list">
      <Figure label="Generation" testId="speed" unit="tokens/s">
        {timings && timings.predicted_per_second > 0 ? rate(timings.predicted_per_second) : '—'}
      </Figure>
      <Figure label="Prompt" unit="tokens/s">
        {timings && timings.prompt_per_second > 0 ? rate(timings.prompt_per_second) : '—'}
      </Figure>
      <Figure
        label="Draft accepted"
        testId="acceptance"
        unit={drafted > 0 ? `${accepted} of ${drafted}` : 'of those proposed'}
      >
        {percent(accepted, drafted)}
      </Figure>
      <Figure label="First token" unit="after the request">
        {timings ? duration(timings.prompt_ms) : '—'}
      </Figure>
    </dl>
  );
}

function Figure(props: { label: string; unit: string; testId?: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{props.label}</dt>
      <dd>
        <strong data-testid={props.testId}>{props.children}</strong> <small>{props.unit}</small>
      </dd>
    </div>
  );
}

/** Names the GPU, and says where it is none. */
export function Adapter({ adapter }: { adapter: AdapterReport }) {
  const name =
    adapter.description || [adapter.vendor, adapter.architecture].filter(Boolean).join(' ') || 'unnamed';
  return (
    <>
      Computed by <b>{name}</b>
      {adapter.isFallback && (
        <> — a software adapter: the processor stands in for a GPU, so expect a fraction of a GPU’s speed</>
      )}
      .
    </>
  );
}

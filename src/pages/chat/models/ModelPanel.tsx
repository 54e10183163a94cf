import { useRef, useState } from 'preact/hooks';
import type { ModelReport } from '../../../client/index.ts';
import type { Context } from '../context.ts';
import { megabytes, parameters } from '../format.ts';
import type { ModelChoice, Role } from './modelState.ts';

const TITLES: Readonly<Record<Role, string>> = { target: 'Target', draft: 'Draft' };
const OPTIONS: Readonly<Record<ModelChoice['kind'], string>> = {
  bundled: 'Bundled stories model',
  files: 'A .gguf file …',
  url: 'From the Hub or a URL …',
  none: 'None',
};

export function ModelPanel({ state: { models }, engine: loader }: Context) {
  const { choices, engine } = models;
  const report = engine.kind === 'ready' ? engine.report : null;
  return (
    <section class="panel" aria-labelledby="models-title">
      <h2 id="models-title">Models</h2>
      <ModelPicker
        which="target"
        choice={choices.target}
        report={report?.model ?? null}
        onChoose={target => loader.choose({ target })}
      />
      <ModelPicker
        which="draft"
        choice={choices.draft}
        report={report?.draft ?? null}
        onChoose={draft => loader.choose({ draft })}
      />
      {choices.target.kind === 'bundled' && (
        <p class="note">
          The bundled models write children’s little stories, about animals, lost things and a wise owl, and
          know nothing else.
        </p>
      )}
      <p class="note">
        Or drop a .gguf file anywhere on this page, of a split model all of its files at once.
      </p>
    </section>
  );
}

interface PickerProps {
  readonly which: Role;
  readonly choice: ModelChoice;
  readonly report: ModelReport | null;
  readonly onChoose: (choice: ModelChoice) => void;
}

function ModelPicker({ which, choice, report, onChoose }: PickerProps) {
  const [askingUrl, setAskingUrl] = useState(false);
  const fileInput = useRef<HTMLInputElement>(null);
  const kinds = (['bundled', 'files', 'url', 'none'] as const).filter(
    kind => kind !== 'none' || which === 'draft',
  );
  return (
    <div class="model">
      <label for={`${which}-source`}>{TITLES[which]}</label>
      <select
        id={`${which}-source`}
        data-testid={`${which}-source`}
        value={askingUrl ? 'url' : choice.kind}
        onChange={event => {
          const kind = kinds.find(name => name === event.currentTarget.value);
          // The choice takes effect only once there is a file or an address.
          event.currentTarget.value = choice.kind;
          setAskingUrl(kind === 'url');
          if (kind === 'files') fileInput.current?.click();
          if (kind === 'bundled' || kind === 'none') onChoose({ kind });
        }}
      >
        {kinds.map(kind => (
          <option key={kind} value={kind}>
            {kind === 'files' && choice.kind === 'files' ? nameOf(choice.files) : OPTIONS[kind]}
          </option>
        ))}
      </select>
      <input
        ref={fileInput}
        type="file"
        multiple
        accept=".gguf"
        class="hidden"
        tabIndex={-1}
        aria-label={`${TITLES[which]} model file`}
        data-testid={`${which}-file`}
        onChange={event => {
          const files = [...(event.currentTarget.files ?? [])];
          event.currentTarget.value = '';
          if (files.length > 0) onChoose({ kind: 'files', files });
        }}
      />
      {(askingUrl || choice.kind === 'url') && (
        <UrlForm
          which={which}
          initial={choice.kind === 'url' ? choice.url : ''}
          onUrl={url => {
            setAskingUrl(false);
            onChoose({ kind: 'url', url });
          }}
        />
      )}
      {report && <ModelFacts report={report} />}
    </div>
  );
}

/** Name of a model in one or several files. */
function nameOf(files: readonly File[]): string {
  const [first, ...others] = files.map(({ name }) => name).toSorted();
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}

function UrlForm({ which, initial, onUrl }: { which: Role; initial: string; onUrl: (url: string) => void }) {
  const [url, setUrl] = useState(initial);
  return (
    <form
      class="url"
      onSubmit={event => {
        event.preventDefault();
        onUrl(url);
      }}
    >
      <input
        type="text"
        inputMode="url"
        required
        pattern="(hf:|https?://).+"
        title="hf:ORG/NAME:TYPE, or an address that begins with https://"
        placeholder="hf:ORG/NAME:Q4_K_M, https://…"
        aria-label={`${TITLES[which]} model URL`}
        data-testid={`${which}-url`}
        value={url}
        onInput={event => setUrl(event.currentTarget.value)}
      />
      <button type="submit">Load</button>
    </form>
  );
}

function ModelFacts({ report }: { report: ModelReport }) {
  return (
    <p class="facts">
      <span class="name">{report.name}</span>
      <br />
      {parameters(report.nParams)} parameters · {report.fileType} · {megabytes(report.sizeBytes)}
    </p>
  );
}

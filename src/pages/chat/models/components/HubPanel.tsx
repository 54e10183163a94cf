import { useRef } from 'preact/hooks';
import type { ModelGroup } from '../../../../hub/modelGroups.ts';
import type { FoundRepository } from '../../../../hub/search.ts';
import { assertNever } from '../../../../util/assert.ts';
import { parameters, size } from '../../format.ts';
import type { LibraryContext } from '../context.ts';
import { draftOf, findCurated } from '../curated.ts';
import { hubProblem } from '../hubProblem.ts';
import { modelName } from '../names.ts';
import { isStored } from '../state.ts';
import { weightTypeNote } from '../weightTypes.ts';
import { AccessForm } from './AccessForm.tsx';
import { ModelRow } from './ModelRow.tsx';
import { PairPanel } from './PairPanel.tsx';

/** Field for a repository, an address or words, and what was found. */
export function HubPanel(context: LibraryContext) {
  const { state, effects } = context;
  const field = useRef<HTMLInputElement>(null);
  return (
    <section aria-labelledby="hub-title">
      <h3 id="hub-title">From Hugging Face</h3>
      <search>
        <form
          onSubmit={event => {
            event.preventDefault();
            void effects.search.submit(field.current?.value ?? '');
          }}
        >
          <input
            ref={field}
            type="search"
            value={state.query}
            placeholder="ORG/NAME, an address, or words"
            aria-label="Repository, address or words"
            spellcheck={false}
            autocapitalize="off"
            data-testid="hub-query"
            onInput={event => effects.search.type(event.currentTarget.value)}
          />
          <button type="submit">Find</button>
        </form>
      </search>
      <Found {...context} />
      <AccessForm {...context} />
    </section>
  );
}

function Found(context: LibraryContext) {
  const { state, effects } = context;
  const { search } = state;
  switch (search.kind) {
    case 'idle':
      return null;
    case 'searching':
      return <p role="status">Asking the Hub…</p>;
    case 'failed':
      return (
        <div role="alert" class="trouble" data-testid="hub-error">
          <p>{hubProblem(search.error, navigator.onLine)}</p>
          <button type="button" class="quiet" onClick={() => void effects.search.submit(state.query)}>
            Try again
          </button>
        </div>
      );
    case 'file':
      return (
        <PairPanel key={search.url} target={search.url} draft={undefined} roughBytes={null} {...context} />
      );
    case 'found':
      return (
        <Repositories repositories={search.repositories} onOpen={name => void effects.search.submit(name)} />
      );
    case 'repository':
      return <Groups name={search.name} groups={search.groups} wanted={search.wanted} {...context} />;
    default:
      return assertNever(search);
  }
}

interface RepositoriesProps {
  readonly repositories: readonly FoundRepository[];
  readonly onOpen: (name: string) => void;
}

function Repositories({ repositories, onOpen }: RepositoriesProps) {
  if (repositories.length === 0) {
    return <p role="status">No repository with GGUF files has these words.</p>;
  }
  return (
    <ul class="rows" data-testid="repositories">
      {repositories.map(({ name, downloads, nParams, architecture, isGated }) => (
        <li key={name}>
          <button type="button" class="row" onClick={() => onOpen(name)}>
            <span class="name">{name}</span>
            {isGated && <span class="badge">needs a login</span>}
            <span class="facts">
              {[
                nParams !== null && `${parameters(nParams)} parameters`,
                architecture,
                `${downloads.toLocaleString('en')} downloads a month`,
              ]
                .filter(Boolean)
                .join(' · ')}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

interface GroupsProps extends LibraryContext {
  readonly name: string;
  readonly groups: readonly ModelGroup[];
  readonly wanted: string | null;
}

function Groups({ name, groups, wanted, ...context }: GroupsProps) {
  const asked = wanted?.toLowerCase();
  const named = groups.filter(
    ({ type, parts }) =>
      asked !== undefined &&
      (type?.toLowerCase() === asked || parts.some(part => part.toLowerCase() === asked)),
  );
  const shown = named.length > 0 ? named : groups;
  return (
    <>
      <p class="note" role="status">
        {groups.length === 0 ? `${name} has no GGUF file that is a model by itself.` : `Models in ${name}:`}
      </p>
      <ul class="rows" data-testid="groups">
        {shown.map(group => (
          <GroupRow key={group.address} group={group} {...context} />
        ))}
      </ul>
    </>
  );
}

function GroupRow({ group, ...context }: LibraryContext & { readonly group: ModelGroup }) {
  const { address, parts, type, sizeBytes, missing } = group;
  const note = type === null ? null : weightTypeNote(type);
  const curated = findCurated({ address });
  return (
    <ModelRow
      name={type ?? modelName(address)}
      facts={[size(sizeBytes), parts.length > 1 && `${parts.length} parts`, note?.text]
        .filter(Boolean)
        .join(' · ')}
      badges={[
        context.loaded === address && 'loaded',
        note?.isUsual === true && 'good choice',
        isStored(context.state, address) && 'kept here',
      ]}
    >
      {() =>
        missing.length > 0 ? (
          <p class="fit" data-fit="unsupported">
            Cannot be loaded: the repository lacks part {missing.join(', ')} of {parts.length}.
          </p>
        ) : (
          <>
            <p class="note">{parts[0]}</p>
            <PairPanel
              target={address}
              draft={(curated && draftOf(curated)) ?? undefined}
              roughBytes={sizeBytes}
              {...context}
            />
          </>
        )
      }
    </ModelRow>
  );
}

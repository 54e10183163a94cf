import { useState } from 'preact/hooks';
import { size } from '../../format.ts';
import { hubPage } from '../access.ts';
import type { LibraryContext } from '../context.ts';
import { BUNDLED, CURATED, type CuratedModel, draftOf, headOf } from '../curated.ts';
import { roughNeed } from '../fit.ts';
import { curatedFacts } from '../names.ts';
import { isStored } from '../state.ts';
import { ModelRow } from './ModelRow.tsx';
import { PairPanel } from './PairPanel.tsx';

/** Rows that are shown before someone asks for all. */
const FIRST = ['smollm2-360m', 'qwen3-0.6b', 'gemma-3-1b', 'llama-3.2-1b', 'qwen3-1.7b', 'qwen3-4b-2507'];

/** Models that the page proposes. */
export function CuratedList(context: LibraryContext) {
  const [isWhole, setWhole] = useState(false);
  const shown = CURATED.filter(model => isWhole || FIRST.includes(model.id));
  return (
    <section aria-labelledby="curated-title">
      <h3 id="curated-title">Suggested</h3>
      <ul class="rows" data-testid="curated">
        {[BUNDLED, ...shown].map(model => (
          <CuratedRow key={model.id} model={model} {...context} />
        ))}
      </ul>
      <button type="button" class="quiet" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
        {isWhole ? 'Show fewer' : `Show all ${CURATED.length + 1}`}
      </button>
    </section>
  );
}

function CuratedRow({ model, ...context }: LibraryContext & { readonly model: CuratedModel }) {
  const { address, about, licence } = model;
  // The bundled pair needs next to nothing, and its context is shorter than the default.
  const rough = model === BUNDLED ? null : roughNeed(model, context.nCtx);
  const { memoryBytes } = context.state.browser;
  const isRoughlyTooLarge = memoryBytes !== null && rough !== null && rough > memoryBytes;
  const page = /^hf:([^:]+)/.exec(address)?.[1];
  return (
    <ModelRow
      name={model.name}
      facts={rough === null ? curatedFacts(model) : `${curatedFacts(model)} · needs about ${size(rough)}`}
      badges={[
        isRoughlyTooLarge && 'too large here?',
        context.loaded === address && 'loaded',
        model === BUNDLED && 'included',
        isStored(context.state, address) && 'kept here',
      ]}
    >
      {() => (
        <>
          <p>{about}</p>
          <p class="note">
            Licence: {licence}.{' '}
            {page && (
              <a href={hubPage(context.state.access, page)} target="_blank" rel="noreferrer">
                {page}
              </a>
            )}
          </p>
          <PairPanel
            target={address}
            draft={draftOf(model)}
            head={headOf(model)}
            roughBytes={rough}
            {...context}
          />
        </>
      )}
    </ModelRow>
  );
}

import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { IconButton } from '../components/Icon.tsx';
import type { Context } from '../context.ts';
import { current } from '../conversation/chatState.ts';
import { allPresets, matches, nameProblem } from './presets.ts';

/** Presets to choose for the conversation that is shown, to make of its settings, and to begin with. */
export function PresetPicker({ state, dispatch }: Pick<Context, 'state' | 'dispatch'>) {
  const { presets } = state.chat;
  const conversation = current(state.chat);
  const [naming, setNaming] = useState<'new' | { readonly rename: string } | null>(null);
  const all = allPresets(presets);
  const chosen = all.filter(preset => matches(preset, conversation));
  const hint = chosen.find(preset => preset.hint !== '')?.hint;
  return (
    <section class="presets" aria-label="Presets" data-testid="presets">
      <ul class="preset-names">
        {all.map(preset => (
          <li key={preset.name}>
            <button
              type="button"
              dir="auto"
              title={preset.hint}
              aria-pressed={chosen.includes(preset)}
              onClick={() => dispatch({ of: 'chat', type: 'preset', name: preset.name })}
            >
              {preset.name}
            </button>
          </li>
        ))}
      </ul>
      <p class="note">
        {hint ?? (chosen.length > 0 ? 'One of yours.' : 'This conversation has settings of its own.')}
      </p>
      {naming === null ? (
        <button type="button" class="quiet start" onClick={() => setNaming('new')}>
          Save as a preset
        </button>
      ) : (
        <NameForm
          key={naming === 'new' ? '' : naming.rename}
          start={naming === 'new' ? '' : naming.rename}
          taken={presets.own.map(({ name }) => name)}
          isNew={naming === 'new'}
          onName={name => {
            setNaming(null);
            if (name === null) return;
            dispatch(
              naming === 'new'
                ? { of: 'chat', type: 'savePreset', name }
                : { of: 'chat', type: 'renamePreset', name: naming.rename, newName: name },
            );
          }}
        />
      )}
      <label class="line-field">
        <span class="field-name">New conversations begin with</span>
        <select
          value={presets.start}
          data-testid="start-with"
          onChange={event => dispatch({ of: 'chat', type: 'startWith', name: event.currentTarget.value })}
        >
          {all.map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {presets.own.length > 0 && (
        <ul class="own-presets" aria-label="Your presets">
          {presets.own.map(({ name }) => (
            <li key={name}>
              <span dir="auto">{name}</span>
              <IconButton icon="edit" label={`Rename ${name}`} onClick={() => setNaming({ rename: name })} />
              <IconButton
                icon="trash"
                label={`Delete ${name}`}
                onClick={() => dispatch({ of: 'chat', type: 'deletePreset', name })}
              />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

interface NameFormProps {
  readonly start: string;
  /** Names of the user's presets. */
  readonly taken: readonly string[];
  /** Whether the name is for a new preset, which may replace another one. */
  readonly isNew: boolean;
  /** Gets null if the user gives up. */
  readonly onName: (name: string | null) => void;
}

function NameForm({ start, taken, isNew, onName }: NameFormProps) {
  const [name, setName] = useState(start);
  const noteId = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const isTaken = name.trim() !== start && taken.includes(name.trim());
  const problem = nameProblem(name) ?? (isTaken && !isNew ? 'Another preset has this name.' : null);
  const note = isTaken && isNew ? 'Replaces your preset of this name.' : problem;
  return (
    <form
      class="preset-form"
      onSubmit={event => {
        event.preventDefault();
        if (problem === null) onName(name);
      }}
    >
      <input
        type="text"
        aria-label="Name of the preset"
        aria-describedby={noteId}
        dir="auto"
        maxLength={40}
        ref={input}
        value={name}
        onInput={event => setName(event.currentTarget.value)}
        onKeyDown={event => {
          if (event.key !== 'Escape') return;
          event.stopPropagation();
          onName(null);
        }}
      />
      <button type="submit" disabled={problem !== null}>
        {isNew ? 'Save' : 'Rename'}
      </button>
      <button type="button" class="quiet" onClick={() => onName(null)}>
        Cancel
      </button>
      <small id={noteId}>{name === '' ? 'It keeps all settings and the system prompt.' : note}</small>
    </form>
  );
}

import type { ComponentChildren } from 'preact';
import type { Context } from '../context.ts';
import { current } from '../conversation/chatState.ts';
import { FieldInput } from './FieldInput.tsx';
import { GROUPS, type Group } from './field.ts';
import { CHAT_FIELDS, ENGINE_FIELDS, type Field } from './fields.ts';
import { PresetPicker } from './PresetPicker.tsx';
import { DEFAULT_ENGINE, DEFAULT_SETTINGS } from './settings.ts';

const TITLES: Readonly<Record<Group, string>> = {
  speculation: 'Speculation',
  sampling: 'Sampling',
  repetition: 'Repetition',
  'more samplers': 'More samplers',
  length: 'Length',
  thinking: 'Thoughts',
  form: 'Form of the answer',
  engine: 'Loading',
};

/** Settings of the conversation that is shown, its system prompt, and what takes effect at loading. */
export function SettingsPanel({ state, engine, dispatch }: Context) {
  const { system, settings } = current(state.chat);
  const values = { ...DEFAULT_SETTINGS, ...settings };
  const changed = new Set(Object.keys(settings));
  return (
    <section class="panel" aria-labelledby="settings-title">
      <h2 id="settings-title">Settings</h2>
      <p class="note">They belong to this conversation.</p>
      <PresetPicker state={state} dispatch={dispatch} />
      <label class="block-field">
        <span class="field-name">System prompt</span>
        <textarea
          rows={3}
          dir="auto"
          data-testid="system"
          value={system}
          onInput={event => dispatch({ of: 'chat', type: 'system', text: event.currentTarget.value })}
        />
      </label>
      {GROUPS.filter(group => group !== 'engine').map(group => (
        <FieldGroup
          key={group}
          group={group}
          fields={CHAT_FIELDS}
          values={values}
          changed={changed}
          isOpen={group === 'speculation' || group === 'sampling'}
          onValue={(key, value) => dispatch({ of: 'chat', type: 'settings', settings: { [key]: value } })}
        />
      ))}
      <FieldGroup
        group="engine"
        fields={ENGINE_FIELDS}
        values={state.engine.settings}
        changed={changedEngine(state.engine.settings)}
        isOpen={false}
        onValue={(key, value) => dispatch({ of: 'engine', type: 'settings', settings: { [key]: value } })}
      >
        <button type="button" class="wide" onClick={() => engine.reload()}>
          Apply by loading the models again
        </button>
      </FieldGroup>
    </section>
  );
}

function changedEngine(settings: Context['state']['engine']['settings']): ReadonlySet<string> {
  const entries = Object.entries(settings);
  return new Set(
    entries
      .filter(([key, value]) => value !== DEFAULT_ENGINE[key as keyof typeof DEFAULT_ENGINE])
      .map(([key]) => key),
  );
}

interface FieldGroupProps {
  readonly group: Group;
  readonly fields: Readonly<Record<string, Field>>;
  readonly values: Readonly<Record<string, unknown>>;
  /** Keys of values that are not the default. */
  readonly changed: ReadonlySet<string>;
  readonly isOpen: boolean;
  readonly onValue: (key: string, value: unknown) => void;
  readonly children?: ComponentChildren;
}

function FieldGroup({ group, fields, values, changed, isOpen, onValue, children }: FieldGroupProps) {
  const own = Object.entries(fields).filter(([, field]) => field.group === group);
  const nChanged = own.filter(([key]) => changed.has(key)).length;
  return (
    <details open={isOpen} class="group">
      <summary>
        {TITLES[group]}
        {nChanged > 0 && <small> {nChanged} changed</small>}
      </summary>
      <div class="fields">
        {own.map(([key, field]) => (
          <FieldInput
            key={key}
            id={key}
            field={field}
            value={values[key]}
            isChanged={changed.has(key)}
            onValue={value => onValue(key, value)}
          />
        ))}
      </div>
      {children}
    </details>
  );
}

import { useState } from 'preact/hooks';
import type { Context } from '../context.ts';
import {
  DEFAULT_SETTINGS,
  ENGINE_FIELDS,
  isValid,
  type NumberField,
  SAMPLING_FIELDS,
  type Settings,
  SPECULATION_FIELDS,
} from '../settings.ts';

export function SettingsPanel({ state, session, dispatch }: Context) {
  const { settings } = state;
  const change = (changed: Partial<Settings>) => dispatch({ type: 'settings', settings: changed });
  const isDefault = Object.entries(DEFAULT_SETTINGS).every(
    ([key, value]) => settings[key as keyof Settings] === value,
  );
  return (
    <section class="panel" aria-labelledby="settings-title">
      <h2 id="settings-title">
        Settings
        <button
          type="button"
          class="quiet"
          disabled={isDefault}
          onClick={() => dispatch({ type: 'resetSettings' })}
        >
          Reset
        </button>
      </h2>
      <details open>
        <summary>Speculation</summary>
        <label class="switch">
          <input
            type="checkbox"
            checked={settings.speculation}
            data-testid="speculation"
            onChange={event => change({ speculation: event.currentTarget.checked })}
          />
          Let the draft run ahead
        </label>
        <Fields
          fields={SPECULATION_FIELDS}
          settings={settings}
          onChange={change}
          disabled={!settings.speculation}
        />
      </details>
      <details>
        <summary>Sampling</summary>
        <Fields fields={SAMPLING_FIELDS} settings={settings} onChange={change} />
      </details>
      <details>
        <summary>Context</summary>
        <Fields fields={ENGINE_FIELDS} settings={settings} onChange={change} />
        <ReloadButton needed={needsReload(state)} onReload={() => session.reload()} />
      </details>
    </section>
  );
}

function needsReload({ engine, settings }: Context['state']): boolean {
  if (engine.kind !== 'ready') return false;
  return engine.report.nCtx !== settings.nCtx || engine.report.nSlots !== settings.nSlots;
}

function ReloadButton({ needed, onReload }: { needed: boolean; onReload: () => void }) {
  return (
    <button type="button" class="wide" disabled={!needed} onClick={onReload}>
      Apply by loading again
    </button>
  );
}

interface FieldsProps {
  readonly fields: readonly NumberField[];
  readonly settings: Settings;
  readonly onChange: (changed: Partial<Settings>) => void;
  readonly disabled?: boolean;
}

function Fields({ fields, settings, onChange, disabled = false }: FieldsProps) {
  return (
    <div class="fields">
      {fields.map(field => (
        <NumberInput
          key={field.key}
          field={field}
          value={settings[field.key]}
          disabled={disabled}
          onValue={value => onChange({ [field.key]: value })}
        />
      ))}
    </div>
  );
}

interface NumberInputProps {
  readonly field: NumberField;
  readonly value: number;
  readonly disabled: boolean;
  readonly onValue: (value: number) => void;
}

/** Keeps invalid input while the user types; leaving the field restores the last valid value. */
function NumberInput({ field, value, disabled, onValue }: NumberInputProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const invalid = draft !== null && !isValid(field, draft === '' ? null : Number(draft));
  return (
    <label>
      <span class="field-name">
        {field.label} <small>{field.hint}</small>
      </span>
      <input
        type="number"
        min={field.min}
        max={field.max}
        step={field.step}
        value={draft ?? value}
        disabled={disabled}
        aria-invalid={invalid}
        data-testid={`setting-${field.key}`}
        onInput={event => {
          const text = event.currentTarget.value;
          setDraft(text);
          const number = text === '' ? null : Number(text);
          if (isValid(field, number)) onValue(number);
        }}
        onBlur={() => setDraft(null)}
      />
    </label>
  );
}

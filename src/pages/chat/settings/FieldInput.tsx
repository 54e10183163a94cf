import { useState } from 'preact/hooks';
import { assertNever } from '../../../util/assert.ts';
import type { ChoiceField, Field, ListField, NumberField, TextField } from './field.ts';

interface Props<Own extends Field = Field> {
  readonly id: string;
  readonly field: Own;
  readonly value: unknown;
  /** Whether the value is not the default. */
  readonly isChanged: boolean;
  readonly onValue: (value: unknown) => void;
}

/** Input for one setting, of the kind of its field. */
export function FieldInput({ field, ...props }: Props) {
  switch (field.kind) {
    case 'number':
      return <NumberInput field={field} {...props} />;
    case 'boolean':
      return (
        <label class="switch" data-changed={props.isChanged}>
          <input
            type="checkbox"
            checked={props.value === true}
            data-testid={`setting-${props.id}`}
            onChange={event => props.onValue(event.currentTarget.checked)}
          />
          <FieldName field={field} />
        </label>
      );
    case 'choice':
      return <ChoiceInput field={field} {...props} />;
    case 'text':
      return <TextInput field={field} {...props} />;
    case 'list':
      return <ListInput field={field} {...props} />;
    default:
      return assertNever(field);
  }
}

function FieldName({ field }: { field: Field }) {
  return (
    <span class="field-name">
      {field.label} {field.hint !== '' && <small>{field.hint}</small>}
    </span>
  );
}

/** Keeps invalid input while the user types; leaving the field restores the last valid value. */
function NumberInput({ id, field, value, isChanged, onValue }: Props<NumberField>) {
  const [draft, setDraft] = useState<string | null>(null);
  const isInvalid = draft !== null && !field.isValid(read(draft));
  return (
    <label class="line-field" data-changed={isChanged}>
      <FieldName field={field} />
      <input
        type="number"
        min={field.min}
        max={field.max}
        step={field.step}
        value={draft ?? Number(value)}
        aria-invalid={isInvalid}
        data-testid={`setting-${id}`}
        onInput={event => {
          setDraft(event.currentTarget.value);
          const number = read(event.currentTarget.value);
          if (field.isValid(number)) onValue(number);
        }}
        onBlur={() => setDraft(null)}
      />
    </label>
  );
}

function read(text: string): number | null {
  return text === '' ? null : Number(text);
}

function ChoiceInput({ id, field, value, isChanged, onValue }: Props<ChoiceField>) {
  return (
    <label class="line-field" data-changed={isChanged}>
      <FieldName field={field} />
      <select
        value={String(value)}
        data-testid={`setting-${id}`}
        onChange={event => onValue(event.currentTarget.value)}
      >
        {Object.entries(field.options).map(([option, label]) => (
          <option key={option} value={option}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}

function TextInput({ id, field, value, isChanged, onValue }: Props<TextField>) {
  const text = String(value);
  const problem = field.problemOf(text);
  return (
    <label class="block-field" data-changed={isChanged}>
      <FieldName field={field} />
      <textarea
        rows={2}
        class="code"
        spellcheck={false}
        placeholder={field.placeholder}
        value={text}
        aria-invalid={problem !== null}
        data-testid={`setting-${id}`}
        onInput={event => onValue(event.currentTarget.value)}
      />
      {problem !== null && <small class="alarm">{problem} It is not sent.</small>}
    </label>
  );
}

function ListInput({ id, field, value, isChanged, onValue }: Props<ListField>) {
  const items = field.isValid(value) ? value : [];
  const [draft, setDraft] = useState<string | null>(null);
  return (
    <label class="block-field" data-changed={isChanged}>
      <FieldName field={field} />
      <textarea
        rows={2}
        class="code"
        spellcheck={false}
        value={draft ?? items.map(escaped).join('\n')}
        data-testid={`setting-${id}`}
        onInput={event => {
          const text = event.currentTarget.value;
          setDraft(text);
          onValue(
            text
              .split('\n')
              .filter(line => line !== '')
              .map(unescaped),
          );
        }}
        onBlur={() => setDraft(null)}
      />
    </label>
  );
}

/** Writes a string on one line. */
export function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

/** Reads what `escaped` wrote. */
export function unescaped(line: string): string {
  const meanings: Readonly<Record<string, string>> = { n: '\n', t: '\t' };
  return line.replaceAll(/\\(.)/g, (_, letter: string) => meanings[letter] ?? letter);
}

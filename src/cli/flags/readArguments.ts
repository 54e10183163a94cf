import { readFileSync } from 'node:fs';
import {
  checkValues,
  type GivenValues,
  invalidOption,
  type Option,
  type OptionTable,
} from '../../protocol/options/option.ts';
import { record, type ValueType } from '../../protocol/options/valueTypes.ts';
import { ForetokenError } from '../../util/errors.ts';
import type { Environment } from '../environment.ts';
import type { OptionFlag } from './flags.ts';

/** Value that an argument gives to an option. `name` is the spelling of the flag. */
export interface Assignment {
  readonly option: Option<unknown>;
  readonly name: string;
  /** Undefined restores the default. */
  readonly value: unknown;
}

/** Takes the argument after a flag; throws if there is none. */
type Next = (placeholder: string) => string;

/**
 * Reads arguments like llama-server: `_` may replace `-` in a long flag, and a flag ranks above its environment variable. A
 * variable that is empty does not count. `other` gets the arguments that are no flags of the list. Throws `invalid_option`.
 */
export function readArguments(
  args: readonly string[],
  flags: readonly OptionFlag[],
  other: (arg: string, next: Next) => readonly Assignment[],
  { env = {}, remedy = '' }: { readonly env?: Environment; readonly remedy?: string } = {},
): readonly Assignment[] {
  const given = flags.flatMap(flag => fromVariable(flag, env));
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const name = arg.startsWith('--') ? arg.replaceAll('_', '-') : arg;
    const next: Next = placeholder => {
      const text = rest.shift();
      if (text !== undefined) return text;
      throw invalidOption(`expected value for argument: ${name} ${placeholder}${remedy}`);
    };
    const found = flags.find(({ names, offNames }) => names.includes(name) || offNames.includes(name));
    if (!found) given.push(...other(name.startsWith('-') ? name : arg, next));
    else if (found.flag.expands) rest.unshift(...found.flag.expands.split(' '));
    else if (found.placeholder === null) {
      given.push({ option: found.option, name, value: found.names.includes(name) });
    } else given.push(...assignment(found, next(found.placeholder), name));
  }
  return given;
}

/**
 * Collects the values of a table's options. The last of several flags counts, unless the option says otherwise. Throws
 * `invalid_option` for flags that contradict each other.
 */
export function valuesOf<Table extends OptionTable>(
  table: Table,
  assignments: readonly Assignment[],
): GivenValues<Table> {
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(table)) {
    const given = assignments.filter(assigned => assigned.option === option);
    if (option.agree) checkAgreement(option, given);
    const value = given.reduce<unknown>((before, { value }) => joined(option, before, value), undefined);
    if (value !== undefined) values[name] = value;
  }
  checkValues(table, values);
  return values;
}

function joined({ repeat }: Option<unknown>, before: unknown, value: unknown): unknown {
  if (record.accepts(before) && record.accepts(value)) return { ...before, ...value };
  if (repeat && Array.isArray(before) && Array.isArray(value)) return [...before, ...value];
  return value;
}

function checkAgreement({ flags }: Option<unknown>, given: readonly Assignment[]): void {
  const last = flags.flatMap(
    ({ flag, env }) => given.findLast(({ name }) => name === env || flag.split(', ').includes(name)) ?? [],
  );
  if (new Set(last.map(({ value }) => value)).size < 2) return;
  const shown = last.map(({ name, value }) => `${name} ${value}`).join(' and ');
  throw invalidOption(`${shown} differ; both have to be the same, so give one of them`);
}

/** Reads a flag's environment variable; that of a switch is 1, true, on or enabled, or their opposites. */
function fromVariable(found: OptionFlag, env: Environment): readonly Assignment[] {
  const { option, flag, placeholder } = found;
  const name = flag.env;
  const text = name === undefined ? undefined : env[name];
  if (name === undefined || !text) return [];
  if (placeholder !== null) return assignment(found, text, name);
  if (['1', 'true', 'on', 'enabled'].includes(text)) return [{ option, name, value: true }];
  if (['0', 'false', 'off', 'disabled'].includes(text)) return [{ option, name, value: false }];
  throw invalidOption(`invalid value for ${name}: ${text} (give 1 or 0)`);
}

function assignment(found: OptionFlag, text: string, name: string): readonly Assignment[] {
  const { option, flag } = found;
  if (flag.automatic !== undefined && text === String(flag.automatic)) {
    return [{ option, name, value: undefined }];
  }
  const spelled = flag.from ? fileText(text, name) : text;
  const read = flag.read ? flag.read(spelled) : spelled;
  if (read === undefined) return [];
  const { type } = option;
  if (typeof read !== 'string') return [{ option, name, value: read }];
  if (!type.element) return [{ option, name, value: readValue(type, read, name, text) }];
  const { element } = type;
  const parts = partsOf(read, found, element);
  return [{ option, name, value: parts.map(part => readValue(element, part, name, text)) }];
}

/** Splits the text of a list, which has at least one part. Texts are not empty, so empty parts of them are dropped. */
function partsOf(
  text: string,
  { option, flag }: OptionFlag,
  { kind }: ValueType<unknown>,
): readonly string[] {
  if (option.repeat === 'elements') return [text];
  const parts = text.split(flag.from === 'lines' ? '\n' : ',').map(part => part.trim());
  const filled = kind === 'text' ? parts.filter(part => part !== '') : parts;
  return filled.length > 0 ? filled : [''];
}

/** Reads one value of the argument `whole` after `name`. Throws `invalid_option` for a value that is not permitted. */
export function readValue<T>(type: ValueType<T>, text: string, name: string, whole = text): T {
  const value = type.read(text);
  if (type.accepts(value)) return value;
  const permitted = `give ${type.expected.replaceAll("'", '')}`;
  throw invalidOption(
    type.unsupported?.words.includes(text)
      ? `${name} ${text} is not supported: ${type.unsupported.reason}; ${permitted}`
      : `invalid value for argument: ${name} ${whole} (${permitted})`,
  );
}

function fileText(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ForetokenError(
      'invalid_option',
      `cannot read the file after ${name}: ${path}; check the path`,
      {},
      { cause },
    );
  }
}

import { ForetokenError } from '../../util/errors.ts';
import type { ValueType } from './valueTypes.ts';

/** Flag that sets an option. */
export interface Flag {
  /** Spellings, as in `-c, --ctx-size`. */
  readonly flag: string;
  /** Spellings of the opposite of a switch. */
  readonly off?: string;
  /** Environment variable that counts if the flag is not given. */
  readonly env?: string;
  /** Placeholder of the value in `--help`; `N` for numbers. */
  readonly value?: string;
  /** Line of `--help`. The default is appended unless the line mentions one. */
  readonly help: string;
  /** Whether the argument is the path of a file with the value, or with one element of a list in each line. */
  readonly from?: 'file' | 'lines';
  /** Reads the argument in place of the option's type. */
  readonly read?: (text: string) => unknown;
  /** Number by which llama-server means its default. */
  readonly automatic?: number;
  /** Arguments that the flag stands for, separated by spaces. */
  readonly expands?: string;
}

/**
 * One row of a table of options. The comment on its key is its documentation, which src/cli/flags/optionDocs.test.ts copies to where
 * editors and people read it.
 */
export interface Option<T, Default = T | undefined> {
  readonly type: ValueType<T>;
  readonly default: Default | undefined;
  readonly flags: readonly Flag[];
  /** Reason why an option has no flag. */
  readonly noFlag?: string;
  /**
   * Meaning of several flags: their lists are joined, or each flag is one element. Without this the last flag counts, and objects
   * are merged.
   */
  readonly repeat?: 'lists' | 'elements';
  /** Whether the different flags of the option must have the same value. */
  readonly agree?: true;
}

export type OptionTable = Readonly<Record<string, Option<unknown>>>;

type ValueOf<Row> = Row extends { readonly type: ValueType<infer T> } ? T : never;

/** Values that a user gives: every option may be absent. */
export type GivenValues<Table> = { readonly [Name in keyof Table]?: ValueOf<Table[Name]> };

/** Values with the defaults filled in. An option that has no fixed default may still be undefined. */
export type ResolvedValues<Table> = {
  readonly [Name in keyof Table]: Table[Name] extends Option<unknown, infer Default>
    ? ValueOf<Table[Name]> | (undefined extends Default ? undefined : never)
    : never;
};

type Spec<Default> = Pick<Option<unknown>, 'repeat' | 'agree'> & {
  readonly default?: Default;
  /** Further flags. */
  readonly also?: readonly Flag[];
} & (Flag | { readonly noFlag: string });

/** Defines a row. Without a flag it needs the reason. */
export function option<T, const Default extends T | undefined = undefined>(
  type: ValueType<T>,
  spec: Spec<Default>,
): Option<T, Default> {
  const { default: fallback, also = [], repeat, agree } = spec;
  return {
    type,
    default: fallback,
    flags: 'flag' in spec ? [spec, ...also] : also,
    ...('noFlag' in spec && { noFlag: spec.noFlag }),
    ...(repeat && { repeat }),
    ...(agree && { agree }),
  };
}

/** Throws `invalid_option`, with the value and the permitted ones, for the first value that the table does not permit. */
export function checkValues<Table extends OptionTable>(
  table: Table,
  values: object,
): asserts values is GivenValues<Table> {
  for (const [name, value] of Object.entries(values)) {
    const row: Option<unknown> | undefined = Object.hasOwn(table, name) ? table[name] : undefined;
    if (!row) throw invalidOption(`unknown option ${name}; the options are ${Object.keys(table).join(', ')}`);
    if (value === undefined || row.type.accepts(value)) continue;
    throw invalidOption(
      `${name} must be ${row.type.expected}; got ${JSON.stringify(value) ?? String(value)}`,
    );
  }
}

/** Fills in the defaults of a table. Values that are not in the table stay as they are. */
export function resolve<Table extends OptionTable, Given extends GivenValues<Table>>(
  table: Table,
  given: Given,
): Omit<Given, keyof Table> & ResolvedValues<Table> {
  const values: Readonly<Record<string, unknown>> = { ...given };
  const resolved = Object.entries(table).map(([name, row]) => [name, values[name] ?? row.default]);
  return { ...given, ...Object.fromEntries(resolved) };
}

export function invalidOption(message: string): ForetokenError {
  return new ForetokenError('invalid_option', message);
}

import type { Flag, Option, OptionTable } from '../../protocol/options/option.ts';

/** Flag of a command line with the option that it sets. */
export interface OptionFlag {
  readonly flag: Flag;
  readonly option: Option<unknown>;
  readonly names: readonly string[];
  /** Spellings of the opposite. */
  readonly offNames: readonly string[];
  /** Placeholder of the argument after the flag; null for a switch. */
  readonly placeholder: string | null;
}

/** Lists the flags of a table in its order. */
export function flagsOf(table: OptionTable): readonly OptionFlag[] {
  return Object.values(table).flatMap(option =>
    option.flags.map(flag => ({
      flag,
      option,
      names: flag.flag.split(', '),
      offNames: flag.off?.split(', ') ?? [],
      placeholder: hasValue(option, flag) ? (flag.value ?? 'N') : null,
    })),
  );
}

function hasValue({ type }: Option<unknown>, { expands }: Flag): boolean {
  return type.kind !== 'boolean' && expands === undefined;
}

/** Lines of `--help`, in two columns. */
export function flagLines(
  flags: readonly OptionFlag[],
): readonly (readonly [spellings: string, help: string])[] {
  return flags.map(({ flag, option, names, offNames, placeholder }) => {
    const all = [...names, ...offNames].join(', ');
    return [placeholder === null ? all : `${all} ${placeholder}`, helpOf(flag, option)];
  });
}

/** Pads the first column to `width`. */
export function columns(
  lines: readonly (readonly [string, string])[],
  width = Math.max(...lines.map(([left]) => left.length)),
): readonly string[] {
  return lines.map(([left, help]) => `  ${left.padEnd(width)}  ${help}`.trimEnd());
}

/** Help of a flag with its default, if the text does not mention one. */
function helpOf({ help }: Flag, { default: fallback }: Option<unknown>): string {
  if (/\((the )?default/.test(help)) return help;
  if (fallback === true) return `${help} (the default)`;
  const shown = Array.isArray(fallback) ? fallback.join(', ') : fallback;
  return shown === undefined || shown === false || shown === '' ? help : `${help} (default: ${shown})`;
}

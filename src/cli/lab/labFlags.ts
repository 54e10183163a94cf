import { ForetokenError } from '../../util/errors.ts';

/** Flag of a command other than `serve`. A flag with a `value` takes the argument after it. */
export interface LabFlag<Given> {
  readonly names: readonly string[];
  readonly value?: string;
  readonly help: string;
  /** Applies the flag to the earlier values. `name` is the spelling used, `text` the argument after it. */
  readonly apply: (given: Given, text: string, name: string) => Given;
}

/** Reads arguments; those that are not flags go to `word`. `remedy` ends the message of an error. Throws `invalid_option`. */
export function readFlags<Given>(
  args: readonly string[],
  flags: readonly LabFlag<Given>[],
  nothing: Given,
  word: (given: Given, text: string) => Given,
  remedy?: string,
): Given {
  const rest = [...args];
  let given = nothing;
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const name = arg;
    const flag = flags.find(({ names }) => names.includes(name));
    if (flag) {
      const text = flag.value === undefined ? '' : rest.shift();
      if (text === undefined) throw invalid(`expected value for argument: ${name} ${flag.value}`, remedy);
      given = flag.apply(given, text, name);
    } else if (name.startsWith('-')) {
      throw invalid(`invalid argument: ${name}`, remedy);
    } else {
      given = word(given, name);
    }
  }
  return given;
}

/** Help of the flags, a line each. */
export function flagLines(
  flags: readonly Pick<LabFlag<never>, 'names' | 'value' | 'help'>[],
): readonly string[] {
  const lines = flags.map(({ names, value = '', help }) => [`${names.join(', ')} ${value}`, help] as const);
  const width = Math.max(...lines.map(([left]) => left.length));
  return lines.map(([left, help]) => `  ${left.padEnd(width)}  ${help}`);
}

export function invalid(message: string, remedy = 'see foretoken lab --help'): ForetokenError {
  return new ForetokenError('invalid_option', `${message}; ${remedy}`);
}

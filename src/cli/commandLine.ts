import type { TabOptions } from '../protocol/tab.ts';
import { ForetokenError } from '../util/errors.ts';
import { type BrowserChoice, FLAGS, type Flag, type Given, NOTHING_GIVEN } from './flags.ts';

/** What `serve` is to do; the models are paths. */
export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly browser: BrowserChoice;
  readonly engine: TabOptions;
}

export type Command =
  | { readonly kind: 'serve'; readonly options: ServeOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' };

/**
 * Reads the arguments as llama-server does: `_` may stand for `-` in a long flag, and the last of two equal flags counts.
 * The word `serve` in front may be left out. Throws `invalid_option`.
 */
export function readCommandLine(args: readonly string[]): Command {
  const rest = args[0] === 'serve' ? args.slice(1) : [...args];
  let given = NOTHING_GIVEN;
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const name = arg.startsWith('--') ? arg.replaceAll('_', '-') : arg;
    if (name === '-h' || name === '--help') return { kind: 'help' };
    if (name === '--version') return { kind: 'version' };
    const flag = FLAGS.find(({ names }) => names.includes(name));
    if (!flag) throw invalid(`invalid argument: ${arg}`);
    const text = flag.value === undefined ? '' : rest.shift();
    if (text === undefined) throw invalid(`expected value for argument: ${name} ${flag.value}`);
    given = flag.apply(given, text, name);
  }
  return { kind: 'serve', options: optionsFrom(given) };
}

/** The text of `--help`. */
export function helpText(): string {
  const lines = FLAGS.map(flag => [spellings(flag), flag.help] as const);
  const own = [
    ['-h, --help', 'this text'],
    ['--version', 'the version'],
  ] as const;
  const width = Math.max(...lines.map(([left]) => left.length));
  return [
    'usage: foretoken serve -m FILE [flags]',
    '',
    ...[...lines, ...own].map(([left, help]) => `  ${left.padEnd(width)}  ${help}`),
  ].join('\n');
}

function spellings({ names, value }: Flag): string {
  return value === undefined ? names.join(', ') : `${names.join(', ')} ${value}`;
}

function optionsFrom(given: Given): ServeOptions {
  const { model, modelDraft, host, port, browser, settings, cacheTypeK, cacheTypeV } = given;
  if (model === undefined) throw invalid('no model; name a GGUF file with -m FILE');
  if (cacheTypeK && cacheTypeV && cacheTypeK !== cacheTypeV) {
    throw invalid(
      `-ctk ${cacheTypeK} and -ctv ${cacheTypeV} differ; both caches have one type, give it once`,
    );
  }
  const cacheType = cacheTypeK ?? cacheTypeV;
  const engine: TabOptions = {
    alias: model,
    ...settings,
    ...(cacheType && { cacheType }),
    model,
    ...(modelDraft !== undefined && { modelDraft }),
  };
  return { host, port, browser, engine };
}

function invalid(message: string): ForetokenError {
  return new ForetokenError('invalid_option', message);
}

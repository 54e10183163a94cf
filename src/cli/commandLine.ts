import { assertNever } from '../util/assert.ts';
import { ForetokenError } from '../util/errors.ts';
import { withContextShape } from './contextShape.ts';
import type { Environment } from './environment.ts';
import { type Flag, type Given, NOTHING_GIVEN, type Settings } from './flags/flag.ts';
import { HINTS } from './flags/hints.ts';
import { FLAG_GROUPS, FLAGS } from './flags/index.ts';
import { REFUSALS } from './flags/refusals.ts';
import { wholeNumber } from './flags/values.ts';
import type { ModelChoice } from './hub/locate.ts';
import { type LabCommand, readLabLine } from './lab/labLine.ts';
import { readTokenizeLine, type TokenizeOptions } from './tokenize/tokenizeLine.ts';

/** Options that `serve` takes from the command line unchanged. */
type AsGiven = Pick<
  Given,
  'offline' | 'hfToken' | 'hosts' | 'port' | 'timeoutSeconds' | 'cors' | 'ui' | 'browser'
>;

/** Options of `serve`. */
export interface ServeOptions extends AsGiven {
  readonly model: ModelChoice;
  readonly modelDraft: ModelChoice | null;
  readonly engine: Settings;
}

export type Command =
  | LabCommand
  | { readonly kind: 'tokenize'; readonly options: TokenizeOptions }
  | { readonly kind: 'tokenize help' }
  | { readonly kind: 'serve'; readonly options: ServeOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' };

/**
 * Reads the arguments like llama-server: `_` may replace `-` in a long flag, the last of two equal flags counts, and a flag ranks
 * above its environment variable. The word `serve` in front is optional. Throws `invalid_option`.
 */
export function readCommandLine(args: readonly string[], env: Environment = {}): Command {
  if (args[0] === 'lab') return readLabLine(args.slice(1));
  if (args[0] === 'tokenize') {
    const options = readTokenizeLine(args.slice(1));
    return options ? { kind: 'tokenize', options } : { kind: 'tokenize help' };
  }
  const rest = args[0] === 'serve' ? args.slice(1) : [...args];
  let given = FLAGS.reduce((before, flag) => withVariable(before, flag, env), NOTHING_GIVEN);
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const name = arg.startsWith('--') ? arg.replaceAll('_', '-') : arg;
    if (name === '-h' || name === '--help') return { kind: 'help' };
    if (name === '--version') return { kind: 'version' };
    const next = (value: string) => {
      const text = rest.shift();
      if (text === undefined) throw invalid(`expected value for argument: ${name} ${value}`);
      return text;
    };
    const hint = HINTS.find(({ names }) => names.includes(name));
    if (hint) {
      if (hint.hasValue) next('VALUE');
      continue;
    }
    given = withArgument(given, name, arg, next);
  }
  return { kind: 'serve', options: optionsFrom(given, env) };
}

function withArgument(given: Given, name: string, arg: string, next: (value: string) => string): Given {
  for (const { names, value, apply, negation } of FLAGS) {
    if (names.includes(name)) return apply(given, value === undefined ? '' : next(value), name);
    if (negation?.names.includes(name)) return negation.apply(given, '', name);
  }
  const refusal = REFUSALS.find(({ names }) => names.includes(name));
  throw invalid(refusal ? `${name} is not supported: ${refusal.reason}` : `invalid argument: ${arg}`);
}

/** Applies a flag's environment variable; a switch accepts 1, true, on and enabled, or their opposites. */
function withVariable(given: Given, { env: name, value, apply, negation }: Flag, env: Environment): Given {
  const text = name === undefined ? undefined : env[name];
  if (name === undefined || text === undefined) return given;
  if (value !== undefined) return apply(given, text, name);
  if (['1', 'true', 'on', 'enabled'].includes(text)) return apply(given, '', name);
  if (['0', 'false', 'off', 'disabled'].includes(text)) return negation?.apply(given, '', name) ?? given;
  throw invalid(`invalid value for ${name}: ${text} (give 1 or 0)`);
}

/** Text of `--help`. */
export function helpText(): string {
  const own = [
    ['-h, --help', 'this text'],
    ['--version', 'the version'],
  ] as const;
  const groups = FLAG_GROUPS.map(({ title, flags }) => ({
    title,
    lines: flags.map(flag => [spellings(flag), flag.help] as const),
  }));
  const width = Math.max(...groups.flatMap(({ lines }) => lines.map(([left]) => left.length)));
  const shown = (lines: readonly (readonly [string, string])[]) =>
    lines.map(([left, help]) => `  ${left.padEnd(width)}  ${help}`);
  return [
    'usage: foretoken serve -m FILE [flags]',
    '       foretoken tokenize -m FILE -p TEXT [flags]',
    '       foretoken lab [flags]',
    '       foretoken lab compare A.json B.json … [flags]',
    ...groups.flatMap(({ title, lines }) => ['', `${title}:`, ...shown(lines)]),
    '',
    ...shown(own),
    '',
    "accepted for llama-server's sake, without effect:",
    ...shown([[HINTS.flatMap(({ names }) => names).join(' '), '']]).map(line => line.trimEnd()),
  ].join('\n');
}

function spellings({ names, value, negation }: Flag): string {
  const all = [...names, ...(negation?.names ?? [])].join(', ');
  return value === undefined ? all : `${all} ${value}`;
}

function optionsFrom(given: Given, env: Environment): ServeOptions {
  const { hosts, port, timeoutSeconds, cors, ui, browser, offline, hfToken } = given;
  const { settings, cacheTypeK, cacheTypeV } = given;
  const model = modelFrom(given);
  const modelDraft = draftFrom(given);
  if (cacheTypeK && cacheTypeV && cacheTypeK !== cacheTypeV) {
    throw invalid(
      `-ctk ${cacheTypeK} and -ctv ${cacheTypeV} differ; both caches have one type, give it once`,
    );
  }
  const cacheType = cacheTypeK ?? cacheTypeV;
  const prediction = env.AIP_MODE === 'PREDICTION';
  const engine: Settings = {
    alias: aliasOf(model),
    ...(prediction && { predictRoute: env.AIP_PREDICT_ROUTE ?? '/predict' }),
    ...withContextShape(settings),
    ...(cacheType && { cacheType }),
    // As in llama-server, a draft model that does not fit only causes a warning.
    ...(modelDraft && { draftRequired: false }),
  };
  const models = { model, modelDraft, offline, ...(hfToken !== undefined && { hfToken }) };
  const predictionPort = () => wholeNumber(env.AIP_HTTP_PORT ?? '8080', 'AIP_HTTP_PORT');
  const door = { hosts, port: prediction ? predictionPort() : port, timeoutSeconds, cors, ui };
  return { ...models, ...door, browser, engine };
}

function modelFrom({ model: path, modelUrl: url, hfRepo: repo, hfFile: file }: Given): ModelChoice {
  if (url !== undefined) return { kind: 'url', url, ...(path !== undefined && { path }) };
  if (path !== undefined) return { kind: 'file', path };
  if (repo !== undefined) return { kind: 'hub', repo, ...(file !== undefined && { file }) };
  throw invalid('no model; name a GGUF file with -m FILE');
}

function draftFrom({ modelDraft: path, hfRepoDraft: repo }: Given): ModelChoice | null {
  if (path !== undefined) return { kind: 'file', path };
  return repo === undefined ? null : { kind: 'hub', repo };
}

/** Name of the model in the API, if none is given. */
function aliasOf(model: ModelChoice): string {
  switch (model.kind) {
    case 'file':
      return model.path;
    case 'hub':
      return model.repo;
    case 'url':
      return model.path ?? model.url;
    default:
      return assertNever(model);
  }
}

function invalid(message: string): ForetokenError {
  return new ForetokenError('invalid_option', message);
}

import { invalidOption, type OptionTable, resolve } from '../protocol/options/option.ts';
import { type GivenOptions, OPTION_GROUPS, OPTIONS } from '../protocol/options.ts';
import { assertNever } from '../util/assert.ts';
import { withContextShape } from './contextShape.ts';
import type { CorsPolicy } from './cors.ts';
import type { Environment } from './environment.ts';
import { columns, flagLines, flagsOf } from './flags/flags.ts';
import { HINTS } from './flags/hints.ts';
import { type Assignment, readArguments, readValue, valuesOf } from './flags/readArguments.ts';
import { REFUSALS } from './flags/refusals.ts';
import { REQUEST_FIELDS } from './flags/requestFields.ts';
import {
  BROWSER_OPTIONS,
  FILE_OPTIONS,
  HTTP_OPTIONS,
  IGNORED_OPTIONS,
  SERVE_OPTIONS,
} from './flags/serveOptions.ts';
import type { ModelChoice } from './hub/locate.ts';
import { type LabCommand, readLabLine } from './lab/labLine.ts';
import { readTokenizeLine, type TokenizeOptions } from './tokenize/tokenizeLine.ts';

/** Browser for the tab that owns the GPU. */
export interface BrowserChoice {
  /** Path of a Chromium; found automatically if absent. */
  readonly path?: string;
  readonly headed: boolean;
  /** Further arguments of the browser. */
  readonly args: readonly string[];
  /** Whether to start none, because the user opens the printed address. */
  readonly attach: boolean;
}

/** Options of `serve`. */
export interface ServeOptions {
  readonly model: ModelChoice;
  readonly modelDraft: ModelChoice | null;
  /** Whether to download nothing. */
  readonly offline: boolean;
  readonly hfToken?: string;
  readonly hosts: readonly string[];
  readonly port: number;
  readonly timeoutSeconds: number;
  readonly drainSeconds: number;
  readonly cors: CorsPolicy;
  /** Whether to serve the site's pages. */
  readonly ui: boolean;
  readonly browser: BrowserChoice;
  readonly engine: GivenOptions;
}

export type Command =
  | LabCommand
  | { readonly kind: 'tokenize'; readonly options: TokenizeOptions }
  | { readonly kind: 'tokenize help' }
  | { readonly kind: 'serve'; readonly options: ServeOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' };

const REMEDY = '; see foretoken --help';

/** Flags under one heading of `--help`. */
const GROUPS: readonly { readonly title: string; readonly tables: readonly OptionTable[] }[] = [
  { title: 'the model', tables: [FILE_OPTIONS, OPTION_GROUPS.model] },
  { title: 'slots and context', tables: [OPTION_GROUPS.context] },
  { title: 'speculative decoding', tables: [OPTION_GROUPS.speculation, IGNORED_OPTIONS] },
  { title: 'defaults of requests', tables: [OPTION_GROUPS.request, REQUEST_FIELDS] },
  { title: 'chats', tables: [OPTION_GROUPS.chat] },
  { title: 'embeddings and infill', tables: [OPTION_GROUPS.embedding] },
  { title: 'the server', tables: [HTTP_OPTIONS, OPTION_GROUPS.access] },
  { title: 'the browser', tables: [BROWSER_OPTIONS] },
];

/** Flags of `serve` in the order of `--help`. */
export const FLAG_GROUPS = GROUPS.map(({ title, tables }) => ({ title, flags: tables.flatMap(flagsOf) }));
export const FLAGS = FLAG_GROUPS.flatMap(({ flags }) => flags);

/** Reads the arguments of the process. The word `serve` in front is optional. Throws `invalid_option`. */
export function readCommandLine(args: readonly string[], env: Environment = {}): Command {
  if (args[0] === 'help') return { kind: 'help' };
  if (args[0] === 'lab') return readLabLine(args.slice(1));
  if (args[0] === 'tokenize') {
    const options = readTokenizeLine(args.slice(1));
    return options ? { kind: 'tokenize', options } : { kind: 'tokenize help' };
  }
  const rest = args[0] === 'serve' ? args.slice(1) : args;
  if (rest.includes('-h') || rest.includes('--help')) return { kind: 'help' };
  if (rest.includes('--version')) return { kind: 'version' };
  return { kind: 'serve', options: optionsFrom(readArguments(rest, FLAGS, ignoreHint, { env }), env) };
}

/** Skips a flag that only tunes a machine; refuses any other. */
function ignoreHint(name: string, next: (placeholder: string) => string): [] {
  const hint = HINTS.find(({ names }) => names.includes(name));
  if (hint) {
    if (hint.hasValue) next('VALUE');
    return [];
  }
  const refusal = REFUSALS.find(({ names }) => names.includes(name));
  if (refusal) throw invalidOption(`${name} is not supported: ${refusal.reason}`);
  throw invalidOption(`invalid argument: ${name}${REMEDY}`);
}

/** Text of `--help`. */
export function helpText(): string {
  const own = [
    ['-h, --help', 'this text'],
    ['--version', 'the version'],
  ] as const;
  const groups = FLAG_GROUPS.map(({ title, flags }) => ({ title, lines: flagLines(flags) }));
  const width = Math.max(...groups.flatMap(({ lines }) => lines.map(([left]) => left.length)));
  return [
    'usage: foretoken serve -m FILE [flags]',
    '       foretoken tokenize -m FILE -p TEXT [flags]',
    '       foretoken lab [flags]',
    '       foretoken lab compare A.json B.json … [flags]',
    ...groups.flatMap(({ title, lines }) => ['', `${title}:`, ...columns(lines, width)]),
    '',
    ...columns(own, width),
    '',
    "accepted for llama-server's sake, without effect:",
    ...columns([[HINTS.flatMap(({ names }) => names).join(' '), '']]),
  ].join('\n');
}

function optionsFrom(assignments: readonly Assignment[], env: Environment): ServeOptions {
  const own = resolve(SERVE_OPTIONS, valuesOf(SERVE_OPTIONS, assignments));
  const {
    hosts,
    port,
    timeoutSeconds,
    drainSeconds,
    ui,
    offline,
    hfToken,
    browser: path,
    headed,
    attach,
  } = own;
  const model = modelFrom(own);
  const engine = valuesOf(OPTIONS, assignments);
  const modelDraft = draftFrom(own, engine.specType?.includes('draft-mtp') ?? false);
  // Variables of Vertex AI's prediction containers.
  const prediction = env.AIP_MODE === 'PREDICTION';
  const { AIP_HTTP_PORT: predictionPort = '8080', AIP_PREDICT_ROUTE: predictRoute = '/predict' } = env;
  const requestDefaults = valuesOf(REQUEST_FIELDS, assignments);
  return {
    model,
    modelDraft,
    offline,
    ...(hfToken !== undefined && { hfToken }),
    hosts,
    port: prediction ? readValue(HTTP_OPTIONS.port.type, predictionPort, 'AIP_HTTP_PORT') : port,
    timeoutSeconds,
    drainSeconds,
    cors: {
      origins: own.corsOrigins,
      methods: own.corsMethods,
      headers: own.corsHeaders,
      credentials: own.corsCredentials,
    },
    ui,
    browser: { ...(path !== undefined && { path }), headed, args: own.browserArgs, attach },
    engine: {
      alias: aliasOf(model),
      ...(prediction && { predictRoute }),
      ...withContextShape(engine),
      ...(Object.keys(requestDefaults).length > 0 && { requestDefaults }),
      // As in llama-server, a draft model that does not fit only causes a warning.
      ...(modelDraft && { draftRequired: false }),
    },
  };
}

interface ModelFlags {
  readonly model: string | undefined;
  readonly modelUrl: string | undefined;
  readonly hfRepo: string | undefined;
  readonly hfFile: string | undefined;
  readonly modelDraft: string | undefined;
  readonly hfRepoDraft: string | undefined;
}

function modelFrom({ model: path, modelUrl: url, hfRepo: repo, hfFile: file }: ModelFlags): ModelChoice {
  if (url !== undefined) return { kind: 'url', url, ...(path !== undefined && { path }) };
  if (path !== undefined) return { kind: 'file', path };
  if (repo !== undefined) return { kind: 'hub', repo, ...(file !== undefined && { file }) };
  throw invalidOption(
    `no model; name a GGUF file with -m FILE, or one of the Hub with -hf ORG/NAME${REMEDY}`,
  );
}

/** With `usesHead`, an MTP head may lie beside the model in its repository. */
function draftFrom(
  { modelDraft: path, hfRepoDraft: repo, hfRepo }: ModelFlags,
  usesHead: boolean,
): ModelChoice | null {
  if (path !== undefined) return { kind: 'file', path };
  if (repo !== undefined) return { kind: 'hub', repo, sidecar: 'preferred' };
  return hfRepo !== undefined && usesHead ? { kind: 'hub', repo: hfRepo, sidecar: 'only' } : null;
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

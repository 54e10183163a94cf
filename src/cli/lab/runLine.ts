import { invalidOption, option, type ResolvedValues, resolve } from '../../protocol/options/option.ts';
import { boolean, list, text, type ValueType, word } from '../../protocol/options/valueTypes.ts';
import { columns, flagLines, flagsOf } from '../flags/flags.ts';
import { readArguments, valuesOf } from '../flags/readArguments.ts';
import { type LabHost, localHost, remoteHost } from './labHost.ts';

const host: ValueType<LabHost> = {
  kind: 'other',
  expected: 'a browser',
  accepts: (value): value is LabHost => typeof value === 'object' && value !== null && 'kind' in value,
  read: localHost,
};

const percentage: ValueType<number> = {
  kind: 'number',
  expected: 'a percentage, as 10%',
  accepts: (value): value is number => Number.isFinite(value),
  read: given => Number(/^(\d{1,4}(?:\.\d+)?) ?%$/.exec(given)?.[1]) / 100,
};

export const RUN_OPTIONS = {
  hosts: option(list(host), {
    default: [localHost('chromium')],
    flag: '--browser',
    value: '[LABEL=]BROWSER',
    help: 'chromium, firefox, or the path of one; may be repeated (default: chromium)',
    repeat: 'elements',
    also: [
      {
        flag: '--remote',
        value: '[LABEL=]URL',
        help: 'a Chromium elsewhere: ws://… of a Playwright server, http://… of DevTools; may be repeated (default: none)',
        read: url => [remoteHost(url)],
      },
    ],
  }),
  /** Folder for the reports. */
  out: option(text, {
    default: 'reports',
    flag: '-o, --out',
    value: 'FOLDER',
    help: 'where the reports go',
  }),
  set: option(word(['quick', 'full']), {
    default: 'quick',
    flag: '--set',
    value: 'SET',
    help: 'quick or full',
  }),
  /** Ids of jobs, or their beginning and a `*`; empty for the whole set. */
  only: option(list(text), {
    default: [],
    flag: '--only',
    value: 'ID',
    help: 'this case alone, or with a * at its end all that begin so; may be repeated',
    repeat: 'elements',
  }),
  /** Reports to compare the new ones with. */
  baselines: option(list(text), {
    default: [],
    flag: '--baseline',
    value: 'FILE',
    help: 'a report to be as good as; may be repeated, one for each adapter',
    repeat: 'elements',
  }),
  /** Allowed slow-down: with 0.1 a time may be 10 % longer than the baseline's. */
  maxSlowdown: option(percentage, {
    default: 0.1,
    flag: '--max-slowdown',
    value: 'P%',
    help: 'how much longer than in the baseline something may take (default: 10%)',
  }),
  headed: option(boolean, {
    default: false,
    flag: '--headed',
    help: 'show the windows of the browsers',
  }),
  browserArgs: option(list(text), {
    default: [],
    flag: '--browser-arg',
    value: 'ARG',
    help: 'one more argument for Chromium; may be repeated',
    repeat: 'elements',
  }),
};

/** Options of `foretoken lab`. */
export type RunOptions = ResolvedValues<typeof RUN_OPTIONS>;

/** Reads the arguments after `foretoken lab`. Throws `invalid_option`. */
export function readRunLine(args: readonly string[]): RunOptions {
  const assignments = readArguments(args, flagsOf(RUN_OPTIONS), refuse, {
    remedy: '; see foretoken lab --help',
  });
  return resolve(RUN_OPTIONS, valuesOf(RUN_OPTIONS, assignments));
}

function refuse(arg: string): never {
  throw invalidOption(
    arg.startsWith('-')
      ? `invalid argument: ${arg}; see foretoken lab --help`
      : `no command lab ${arg}; use foretoken lab [flags], or foretoken lab compare A.json B.json …`,
  );
}

/** Text of `foretoken lab --help`. */
export function runHelp(): string {
  return [
    'usage: foretoken lab [flags]',
    '       foretoken lab compare A.json B.json … [flags]',
    '',
    'Finds out what the GPU computes right in each browser, and how fast: one report for each, and where there are several',
    'their comparison. Browsers of this machine take turns, those elsewhere run meanwhile.',
    '',
    ...columns(flagLines(flagsOf(RUN_OPTIONS))),
    '',
    'exit code: 1 where a check is wrong or did not come to an end, a planted fault was not found, a report is not as good as',
    'its baseline, or a browser brought no report',
  ].join('\n');
}

import { oneOf } from '../flags/values.ts';
import { flagLines, invalid, type LabFlag, readFlags } from './labFlags.ts';
import { type LabHost, localHost, remoteHost } from './labHost.ts';

/** Options of `foretoken lab`. */
export interface RunOptions {
  readonly hosts: readonly LabHost[];
  readonly set: 'quick' | 'full';
  /** Ids of jobs, or their beginning and a `*`; empty for the whole set. */
  readonly only: readonly string[];
  /** Folder for the reports. */
  readonly out: string;
  readonly headed: boolean;
  /** Further arguments for Chromium. */
  readonly browserArgs: readonly string[];
  /** Reports to compare the new ones with. */
  readonly baselines: readonly string[];
  /** Allowed slow-down: with 0.1 a time may be 10 % longer than the baseline's. */
  readonly maxSlowdown: number;
}

const NOTHING: RunOptions = {
  hosts: [],
  set: 'quick',
  only: [],
  out: 'reports',
  headed: false,
  browserArgs: [],
  baselines: [],
  maxSlowdown: 0.1,
};

const FLAGS: readonly LabFlag<RunOptions>[] = [
  {
    names: ['--browser'],
    value: '[LABEL=]BROWSER',
    help: 'chromium, firefox, or the path of one; may be repeated (default: chromium)',
    apply: (given, text) => ({ ...given, hosts: [...given.hosts, localHost(text)] }),
  },
  {
    names: ['--remote'],
    value: '[LABEL=]URL',
    help: 'a Chromium elsewhere: ws://… of a Playwright server, http://… of DevTools; may be repeated',
    apply: (given, text) => ({ ...given, hosts: [...given.hosts, remoteHost(text)] }),
  },
  {
    names: ['-o', '--out'],
    value: 'FOLDER',
    help: 'where the reports go (default: reports)',
    apply: (given, out) => ({ ...given, out }),
  },
  {
    names: ['--set'],
    value: 'SET',
    help: 'quick or full (default: quick)',
    apply: (given, text, name) => ({ ...given, set: oneOf('quick', 'full')(text, name) }),
  },
  {
    names: ['--only'],
    value: 'ID',
    help: 'this case alone, or with a * at its end all that begin so; may be repeated',
    apply: (given, id) => ({ ...given, only: [...given.only, id] }),
  },
  {
    names: ['--baseline'],
    value: 'FILE',
    help: 'a report to be as good as; may be repeated, one for each adapter',
    apply: (given, file) => ({ ...given, baselines: [...given.baselines, file] }),
  },
  {
    names: ['--max-slowdown'],
    value: 'P%',
    help: 'how much longer than in the baseline something may take (default: 10%)',
    apply: (given, text, name) => ({ ...given, maxSlowdown: percentage(text, name) }),
  },
  {
    names: ['--headed'],
    help: 'show the windows of the browsers',
    apply: given => ({ ...given, headed: true }),
  },
  {
    names: ['--browser-arg'],
    value: 'ARG',
    help: 'one more argument for Chromium; may be repeated',
    apply: (given, arg) => ({ ...given, browserArgs: [...given.browserArgs, arg] }),
  },
];

/** Reads the arguments after `foretoken lab`. Throws `invalid_option`. */
export function readRunLine(args: readonly string[]): RunOptions {
  const options = readFlags<RunOptions>(args, FLAGS, NOTHING, (_, word) => {
    throw invalid(
      `no command lab ${word}`,
      'use foretoken lab [flags], or foretoken lab compare A.json B.json …',
    );
  });
  return options.hosts.length > 0 ? options : { ...options, hosts: [localHost('chromium')] };
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
    ...flagLines(FLAGS),
    '',
    'exit code: 1 where a check is wrong or did not come to an end, a planted fault was not found, a report is not as good as',
    'its baseline, or a browser brought no report',
  ].join('\n');
}

function percentage(text: string, name: string): number {
  const [, digits] = /^(\d{1,4}(?:\.\d+)?) ?%$/.exec(text) ?? [];
  if (digits !== undefined) return Number(digits) / 100;
  throw invalid(`invalid value for argument: ${name} ${text}`, 'give a percentage, as 10%');
}

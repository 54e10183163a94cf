import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { LabOptions, LabProgress } from '../../lab/labOptions.ts';
import {
  adapterName,
  compareReports,
  comparisonText,
  faultLines,
  judgeBaseline,
  type Report,
  readReport,
  verdictOf,
  verdictWords,
} from '../../report/index.ts';
import { ForetokenError } from '../../util/errors.ts';
import type { Machine } from '../machine.ts';
import { saveComparison } from './compareFiles.ts';
import { driveLab } from './driveLab.ts';
import { hostName, type LabHost } from './labHost.ts';
import type { LabPage } from './labPage.ts';
import { readReportFile } from './reportFile.ts';
import type { RunOptions } from './runLine.ts';

export interface LabsContext {
  readonly machine: Pick<Machine, 'site' | 'display' | 'log'>;
  /** Opens the lab in a host's browser. */
  readonly open: (host: LabHost) => Promise<LabPage>;
  /** Aborts to end the runs. */
  readonly signal: AbortSignal;
}

/** Written report, or null if a browser delivered none. */
type Outcome = { readonly report: Report; readonly file: string } | null;

/** Most lines of faults to print per report; its file has them all. */
const MAX_FAULTS = 20;
/** Percents per line of progress. */
const PROGRESS_STEP = 10;

/**
 * Runs the lab in every host's browser and writes a report of each. Resolves with the exit code: 1 if anything is wrong. Throws
 * `invalid_report` for a baseline, and `invalid_option` for a folder that cannot be written.
 */
export async function runLabs(options: RunOptions, context: LabsContext): Promise<0 | 1> {
  const { hosts, out, baselines, maxSlowdown } = options;
  const { machine } = context;
  const olderOnes = await Promise.all(baselines.map(readReportFile));
  await mkdir(out, { recursive: true }).catch(cause => {
    throw new ForetokenError(
      'invalid_option',
      `cannot make ${out}; check the path after --out`,
      {},
      { cause },
    );
  });

  // Do not overwrite a baseline in the same folder.
  const kept = baselines.filter(path => resolve(path, '..') === resolve(out));
  const names = new Set(kept.map(path => basename(path, '.json')));
  const run = (host: LabHost) => runOne(host, options, context, names);
  const runs = new Map<LabHost, Promise<Outcome>>();
  let turn: Promise<unknown> = Promise.resolve();
  for (const host of hosts) {
    // Run one after another on this machine, because browsers would slow down each other.
    const outcome = host.kind === 'remote' ? run(host) : turn.then(() => run(host));
    if (host.kind !== 'remote') turn = outcome;
    runs.set(host, outcome);
  }
  const outcomes = await Promise.all(runs.values());

  // Print all of them, whatever the first ones are like.
  const verdicts = outcomes.map(outcome => outcome !== null && isAsItShouldBe(outcome));
  const reports = outcomes.flatMap(outcome => (outcome ? [outcome.report] : []));
  if (reports.length > 1) {
    const path = join(out, 'comparison.html');
    await saveComparison(path, reports, machine.site);
    machine.log(`\n${comparisonText(compareReports(reports), 'text')}\n\nthe same as a page: ${path}`);
  }
  return verdicts.includes(false) ? 1 : 0;

  /** Prints the summary of a report and its comparison with the baseline, and returns whether all is well. */
  function isAsItShouldBe({ report, file }: NonNullable<Outcome>): boolean {
    const { browser } = report.provenance;
    const verdict = verdictOf(report);
    const faults = faultLines(report);
    machine.log(`\n${adapterName(report)}, ${browser.name} ${browser.version}: ${verdictWords(verdict)}`);
    for (const line of faults.slice(0, MAX_FAULTS)) machine.log(`  ${line}`);
    if (faults.length > MAX_FAULTS) machine.log(`  … and ${faults.length - MAX_FAULTS} more`);
    machine.log(`  ${file}`);
    return verdict.passed && (olderOnes.length === 0 || isAsGoodAsBefore(report));
  }

  function isAsGoodAsBefore(report: Report): boolean {
    const baseline = baselineOf(report, olderOnes);
    if (!baseline) {
      machine.log('  none of the baselines is of this adapter in this browser');
      return false;
    }
    const { passed, regressions, warnings, nChecks, nTimings } = judgeBaseline(report, baseline, {
      maxSlowdown,
    });
    for (const warning of warnings) machine.log(`  warning: ${warning}`);
    for (const { kind, id, message } of regressions) machine.log(`  ${kind}: ${id}: ${message}`);
    if (passed) machine.log(`  as good as its baseline, in ${nChecks} checks and ${nTimings} timings`);
    return passed;
  }
}

/** Runs one host and writes its report to the file at once, so that later failures cannot lose it. */
async function runOne(
  host: LabHost,
  { set, only, out }: RunOptions,
  { machine, open, signal }: LabsContext,
  names: Set<string>,
): Promise<Outcome> {
  const name = hostName(host);
  try {
    signal.throwIfAborted();
    const page = await open(host);
    try {
      const options: LabOptions = {
        set,
        flags: page.flags,
        ...(only.length > 0 && { only }),
        ...(host.label !== null && { label: host.label }),
      };
      const text = await driveLab(page, options, { signal, onProgress: teller(name, machine.display) });
      const report = readReport(text, `what ${name} reported`);
      const file = join(out, fileName(report, names));
      await writeFile(file, text);
      return { report, file };
    } finally {
      await page.close();
    }
  } catch (error) {
    const [message] = ForetokenError.from(error).message.split('\n');
    machine.log(`\n${name}: no report: ${message}`);
    return null;
  }
}

/** File name that no other report of this command has. */
function fileName(report: Report, taken: Set<string>): string {
  const words = report.label ?? `${adapterName(report)} ${report.provenance.browser.name}`;
  const name = words.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  let unique = name;
  for (let n = 2; taken.has(unique); n++) unique = `${name}-${n}`;
  taken.add(unique);
  return `${unique}.json`;
}

/** The only baseline, or else the one of the same adapter in the same browser. */
function baselineOf(report: Report, baselines: readonly Report[]): Report | undefined {
  if (baselines.length === 1) return baselines[0];
  const identity = (one: Report) => `${adapterName(one)} ${one.provenance.browser.name}`;
  return baselines.find(baseline => identity(baseline) === identity(report));
}

/** Prints the progress of a run, a line now and then, because several runs may be active. */
function teller(name: string, display: Machine['display']): (progress: LabProgress) => void {
  let told = 0;
  return ({ nDone, nJobs, secondsLeft }) => {
    const percent = Math.floor((100 * nDone) / Math.max(1, nJobs));
    if (percent < told + PROGRESS_STEP) return;
    told = percent - (percent % PROGRESS_STEP);
    const left = secondsLeft === null ? '' : `, about ${Math.ceil(secondsLeft)} s to go`;
    display.write(`${name}: ${nDone} of ${nJobs}${left}\n`);
  };
}

import type { Finding } from '../../lab/job.ts';
import {
  figure,
  type Measurement,
  measured,
  numberOf,
  type OwnLimits,
  percent,
  type Real,
  type Status,
} from '../../report/index.ts';
import { assertNever } from '../../util/assert.ts';
import { type Group, groupOf } from './parts.ts';

/** Line of the results. */
export interface Result {
  /** Id of the job that found it, to run it again. */
  readonly jobId: string;
  readonly group: Group;
  readonly name: string;
  readonly status: Status;
  /** Figures in a few words. */
  readonly words: string;
  /** Fault, or the reason for a missing result; may have several lines. */
  readonly message: string | null;
  readonly isNoisy: boolean;
}

/** Converts a job's findings to lines of the page. */
export function resultsOf(jobId: string, findings: readonly Finding[]): Result[] {
  return findings.flatMap(finding => {
    const base = { jobId, group: groupOf(finding.part) };
    return linesOf(finding).map(line => ({ ...base, isNoisy: false, ...line }));
  });
}

type Line = Omit<Result, 'jobId' | 'group' | 'isNoisy'> & { readonly isNoisy?: boolean };

function linesOf(finding: Finding): Line[] {
  switch (finding.part) {
    case 'conformance': {
      const { entry } = finding;
      const name = `${entry.id} · ${entry.variant === 'base' ? entry.tuning : entry.variant}`;
      if (entry.status === 'success') return [right(name, entry.nmse === 0 ? 'exact' : errorWords(entry))];
      if (entry.status !== 'wrong-result') return [not(name, entry)];
      const { firstBad } = entry;
      const first = firstBad
        ? `Value ${firstBad.index} is ${firstBad.actual} instead of ${firstBad.expected}.\n`
        : '';
      return [wrong(name, errorWords(entry), `${first}${entry.message}`)];
    }
    case 'controls': {
      const { id, fault, status, message = '' } = finding.entry;
      const name = `${id}: ${fault}`;
      if (status === 'success') return [{ ...right(name, 'found'), message }];
      return [status === 'wrong-result' ? wrong(name, 'not found', message) : not(name, finding.entry)];
    }
    case 'invariance': {
      const { entry } = finding;
      const name = `${entry.subject}: ${entry.id}`;
      if (entry.status === 'success') return [right(name, `${entry.nCompared} rows with equal bits`)];
      if (entry.status !== 'wrong-result') return [not(name, entry)];
      return [wrong(name, `${entry.nDifferent} of ${entry.nCompared} rows differ`, entry.message)];
    }
    case 'goldens': {
      const { entry } = finding;
      const name = `${entry.model}: “${entry.golden}”`;
      if (entry.status !== 'success' && entry.status !== 'wrong-result') return [not(name, entry)];
      const words = `${entry.nAgreeing} of ${entry.nTokens} tokens agree`;
      return [entry.status === 'success' ? right(name, words) : wrong(name, words, entry.message)];
    }
    case 'drafts': {
      const { entry } = finding;
      const name = `${entry.model}: same answer with drafts of ${entry.nDraft}`;
      if (entry.status !== 'success' && entry.status !== 'wrong-result') return [not(name, entry)];
      const words = `${entry.nTokens} tokens; accepted ${entry.acceptancePerPosition.map(percent).join(', ')}`;
      return [entry.status === 'success' ? right(name, words) : wrong(name, words, entry.message)];
    }
    case 'speed.limits': {
      const [name, unit] = LIMIT_WORDS[finding.limit];
      return [timed(name, unit, finding.entry)];
    }
    case 'speed.kernels': {
      const { shape, entry } = finding;
      const name = `${shape.id} · ${shape.tuning}`;
      if ('status' in entry) return [not(name, entry)];
      const measurement = measured(entry);
      const rates = [
        `${figure(shape.bytes / measurement.median / 1e6)} GB/s`,
        ...(shape.flops > 0 ? [`${figure(shape.flops / measurement.median / 1e6)} GFLOP/s`] : []),
      ];
      return [timed(name, 'ms', measurement, rates)];
    }
    case 'speed.throughput': {
      const { entry } = finding;
      const { model, kind, nTokens, depth, temperature } = entry;
      const answer = temperature === undefined ? '' : `, answer at temperature ${temperature}`;
      const name = `${model}: ${kind} of ${nTokens} at depth ${depth}${answer}`;
      return [timed(name, 'tokens/s', entry)];
    }
    case 'speed.speculation': {
      const { entry } = finding;
      const name = `${entry.model}: drafts of ${entry.nDraft} against none`;
      const extra = entry.status === 'success' ? [`${percent(entry.acceptance)} accepted`] : [];
      return [timed(name, '× as fast', entry, extra)];
    }
    case 'speed.load': {
      const { model, loadMs, compileMs } = finding.entry;
      return [
        timed(`${model}: loading`, 'ms', loadMs),
        timed(`${model}: of that compiling`, 'ms', compileMs),
      ];
    }
    default:
      return assertNever(finding);
  }
}

const LIMIT_WORDS: Readonly<Record<keyof OwnLimits, readonly [name: string, unit: string]>> = {
  copyGbPerSecond: ['copying memory', 'GB/s'],
  readGbPerSecond: ['reading memory', 'GB/s'],
  fmaGflops: ['multiply-adds', 'GFLOP/s'],
  dispatchMs: ['one more dispatch', 'ms'],
  independentDispatchMs: ['one more dispatch that waits for no other', 'ms'],
  submitToReadbackMs: ['from submit to readback', 'ms'],
  kickedReadbackMs: ['from submit to readback, with empty submits', 'ms'],
};

function right(name: string, words: string): Line {
  return { name, status: 'success', words, message: null };
}

function wrong(name: string, words: string, message: string): Line {
  return { name, status: 'wrong-result', words, message };
}

function not(
  name: string,
  { status, message = null }: { readonly status: Status; readonly message?: string | null },
): Line {
  return { name, status, words: '', message };
}

function timed(name: string, unit: string, entry: Measurement, extra: readonly string[] = []): Line {
  if (entry.status !== 'success') return not(name, entry);
  const { median, spread, noisy } = entry;
  const words = [`${figure(median)} ${unit}`, ...extra, `± ${percent(spread / 2)}`].join(' · ');
  return { ...right(name, words), isNoisy: noisy };
}

function errorWords({
  nmse,
  maxAbsError,
  deterministic,
}: {
  readonly nmse: Real;
  readonly maxAbsError: Real;
  readonly deterministic: boolean;
}): string {
  const words = `NMSE ${figure(numberOf(nmse))} · off by ${figure(numberOf(maxAbsError))} at most`;
  return deterministic ? words : `${words} · changes from run to run`;
}

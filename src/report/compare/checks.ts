import { numberOf } from '../real.ts';
import type { ConformanceCase } from '../schema/correctness.ts';
import type { Parameters } from '../schema/parts.ts';
import type { Part, Report } from '../schema/report.ts';
import type { Status } from '../status.ts';

/** What one report says of one check. */
export interface Check {
  readonly status: Status;
  readonly message: string | null;
  /** Where it is a kernel case that ran. */
  readonly nmse: number | null;
  readonly tolerance: number | null;
  readonly maxUlp: number | null;
  readonly digest: string | null;
  /** Hash of the shader that was run. */
  readonly shader: string | null;
  /** The first value that is off, in words. */
  readonly firstBad: string | null;
}

/**
 * How the reports that ran a check agree: in status, in status but not in the values' bits or errors, in everything; or only
 * one ran it.
 */
export type Agreement = 'differs' | 'figures' | 'same' | 'alone';

/** A check, with what every report says of it; null where a report has not run it. */
export interface CheckRow {
  readonly key: string;
  readonly part: Extract<Part, 'conformance' | 'controls' | 'invariance' | 'goldens' | 'drafts'>;
  readonly id: string;
  readonly kernel: string | null;
  readonly weightType: string | null;
  /** Variant and tuning, where there are such. */
  readonly how: string;
  /** What the case varies, where it is a kernel's. */
  readonly parameters: Parameters;
  /** What `lab.html?case=` runs of it, or null where that is not known. */
  readonly job: string | null;
  readonly agreement: Agreement;
  /** Whether not all ran the same shader, as far as they say: then it is no wonder if they differ. */
  readonly hasOtherShaders: boolean;
  readonly cells: readonly (Check | null)[];
}

type Identity = Omit<CheckRow, 'agreement' | 'hasOtherShaders' | 'cells'>;
interface Entry extends Identity {
  readonly check: Check;
}

/** What makes two kernel cases the same one. */
export function caseKey({ id, variant, tuning }: Pick<ConformanceCase, 'id' | 'variant' | 'tuning'>): string {
  return `${id} ${variant} ${tuning}`;
}

/** Every check of the reports, what differs and what is wrong first. */
export function compareChecks(reports: readonly Report[]): CheckRow[] {
  const rows = new Map<string, { identity: Identity; cells: (Check | null)[] }>();
  reports.forEach((report, i) => {
    for (const { check, ...identity } of entriesOf(report)) {
      const row = rows.get(identity.key) ?? { identity, cells: reports.map(() => null) };
      rows.set(identity.key, row);
      row.cells[i] = check;
    }
  });
  return [...rows.values()]
    .map(({ identity, cells }) => ({
      ...identity,
      agreement: agreementOf(cells),
      hasOtherShaders: hasOtherShaders(cells.map(cell => cell?.shader)),
      cells,
    }))
    .sort((a, b) => urgency(b) - urgency(a) || excess(b) - excess(a));
}

/** Whether reports ran different shaders; older ones do not say which. */
export function hasOtherShaders(shaders: readonly (string | null | undefined)[]): boolean {
  return new Set(shaders.filter(shader => shader != null)).size > 1;
}

/** Whether reports contradict each other: a check that one passes and another does not, for another reason than support. */
export function isContradiction({ agreement, cells }: CheckRow): boolean {
  return agreement === 'differs' && hasFault({ cells });
}

/** Whether a report has it wrong, or did not come to its end: more than not being able to do it. */
export function hasFault({ cells }: Pick<CheckRow, 'cells'>): boolean {
  return cells.some(cell => cell && !['success', 'unsupported'].includes(cell.status));
}

/** How many times its tolerance the largest error of a row is. */
export function excess({ cells }: CheckRow): number {
  const shares = cells.map(cell =>
    cell?.nmse == null ? 0 : cell.nmse / Math.max(cell.tolerance ?? 0, Number.MIN_VALUE),
  );
  return Math.max(
    ...shares.map(share => (Number.isNaN(share) ? Number.MAX_VALUE : Math.min(share, Number.MAX_VALUE))),
  );
}

/** Contradictions come first, then what is wrong everywhere, then what failed, then other bits, then what not all can do. */
function urgency(row: CheckRow): number {
  const statuses = row.cells.map(cell => cell?.status);
  if (isContradiction(row)) return statuses.includes('wrong-result') ? 7 : 6;
  if (statuses.includes('wrong-result')) return 5;
  if (hasFault(row)) return 4;
  return { figures: 3, differs: 2, same: 1, alone: 0 }[row.agreement];
}

function agreementOf(cells: readonly (Check | null)[]): Agreement {
  const ran = cells.filter(cell => cell !== null);
  if (ran.length < 2) return 'alone';
  const [first, ...others] = ran;
  if (others.some(({ status }) => status !== first.status)) return 'differs';
  // Equal digests are equal bits; where there are none, equal errors are all one can ask for.
  const figures = ({ digest, nmse, maxUlp }: Check) => (digest === null ? `${nmse} ${maxUlp}` : digest);
  return others.some(check => figures(check) !== figures(first)) ? 'figures' : 'same';
}

function entriesOf(report: Report): Entry[] {
  const entry = (
    part: CheckRow['part'],
    id: string,
    { status, message = null }: { readonly status: Status; readonly message?: string | null },
    more: Partial<Pick<Identity, 'job' | 'kernel'>>,
  ): Entry => ({
    ...{ key: `${part} ${id}`, part, id, kernel: null, weightType: null, how: '', parameters: {}, job: null },
    ...more,
    check: { ...NO_FIGURES, status, message },
  });
  return [
    ...report.conformance.map(kernelEntry),
    ...report.controls.map(control => {
      const { id, fault, kernel } = control;
      return entry('controls', `${id}: ${fault}`, control, { job: `control:${id}`, kernel });
    }),
    ...report.invariance.map(rows => {
      const { subject, id, tuning } = rows;
      const ofKernel = tuning && { job: `invariance:${subject}@${tuning}`, kernel: subject };
      return entry('invariance', `${subject}: ${id}`, rows, { ...ofKernel });
    }),
    ...report.goldens.map(text =>
      entry('goldens', `${text.model}: ${text.golden}`, text, { job: `golden:${text.model}` }),
    ),
    ...report.drafts.map(answer => {
      const { model, draft, nDraft } = answer;
      const job = `speculation:${model},draft=${draft},nDraft=${nDraft}`;
      return entry('drafts', `${model}, ${nDraft} tokens of ${draft}`, answer, { job });
    }),
  ];
}

const NO_FIGURES = {
  ...{ nmse: null, tolerance: null, maxUlp: null, digest: null, shader: null, firstBad: null },
};

function kernelEntry(entry: ConformanceCase): Entry {
  const { id, kernel, weightType = null, variant, tuning } = entry;
  const identity: Identity = {
    ...{ key: `conformance ${caseKey(entry)}`, part: 'conformance', id, kernel, weightType },
    how: `${variant}, ${tuning}`,
    parameters: entry.parameters,
    job: `${id}@${tuning}`,
  };
  switch (entry.status) {
    case 'success':
      return {
        ...identity,
        check: { ...figuresOf(entry), status: entry.status, message: null, firstBad: null },
      };
    case 'wrong-result': {
      const { status, message, firstBad } = entry;
      const bad = firstBad
        ? `value ${firstBad.index} is ${firstBad.actual} instead of ${firstBad.expected}`
        : null;
      return { ...identity, check: { ...figuresOf(entry), status, message, firstBad: bad } };
    }
    default:
      return { ...identity, check: { ...NO_FIGURES, status: entry.status, message: entry.message } };
  }
}

function figuresOf(entry: Extract<ConformanceCase, { status: 'success' | 'wrong-result' }>) {
  const { nmse, tolerance, maxUlp, digest = null, shader = null } = entry;
  return { nmse: numberOf(nmse), tolerance, maxUlp: numberOf(maxUlp), digest, shader };
}

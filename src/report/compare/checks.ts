import { numberOf } from '../real.ts';
import type { ConformanceCase } from '../schema/correctness.ts';
import type { Parameters } from '../schema/parts.ts';
import type { Part, Report } from '../schema/report.ts';
import type { Status } from '../status.ts';

/** Result of one check in one report. */
export interface Check {
  readonly status: Status;
  readonly message: string | null;
  /** Figures of a kernel case that ran. */
  readonly nmse: number | null;
  readonly tolerance: number | null;
  readonly maxUlp: number | null;
  readonly digest: string | null;
  /** Hash of the shader that was run. */
  readonly shader: string | null;
  /** Description of the first value that is off. */
  readonly firstBad: string | null;
}

/**
 * Agreement of the reports that ran a check: they differ in status, differ only in the values' bits or errors, or agree in
 * everything; or only one ran it.
 */
export type Agreement = 'differs' | 'figures' | 'same' | 'alone';

/** Check with its result in every report; null for a report that has not run it. */
export interface CheckRow {
  readonly key: string;
  readonly part: Extract<Part, 'conformance' | 'controls' | 'invariance' | 'goldens' | 'drafts'>;
  readonly id: string;
  readonly kernel: string | null;
  readonly weightType: string | null;
  /** Variant and tuning, if any. */
  readonly how: string;
  /** Axes of a kernel's case. */
  readonly parameters: Parameters;
  /** Id for `lab.html?case=` to run it again, or null if unknown. */
  readonly job: string | null;
  readonly agreement: Agreement;
  /** Whether reports ran different shaders, as far as they record it, which may explain a difference. */
  readonly hasOtherShaders: boolean;
  readonly cells: readonly (Check | null)[];
}

type Identity = Omit<CheckRow, 'agreement' | 'hasOtherShaders' | 'cells'>;
interface Entry extends Identity {
  readonly check: Check;
}

/** Key of a kernel case; equal keys are the same case. */
export function caseKey({ id, variant, tuning }: Pick<ConformanceCase, 'id' | 'variant' | 'tuning'>): string {
  return `${id} ${variant} ${tuning}`;
}

/** Compares every check of the reports; differences and faults come first. */
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

/** Whether reports ran different shaders. Older reports do not record them. */
export function hasOtherShaders(shaders: readonly (string | null | undefined)[]): boolean {
  return new Set(shaders.filter(shader => shader != null)).size > 1;
}

/** Whether reports contradict each other: one passes a check that another fails for a reason other than lack of support. */
export function isContradiction({ agreement, cells }: CheckRow): boolean {
  return agreement === 'differs' && hasFault({ cells });
}

/** Whether a report failed the check or did not finish it, for a reason other than lack of support. */
export function hasFault({ cells }: Pick<CheckRow, 'cells'>): boolean {
  return cells.some(cell => cell && !['success', 'unsupported'].includes(cell.status));
}

/** Largest error of a row, relative to its tolerance. */
export function excess({ cells }: CheckRow): number {
  const shares = cells.map(cell =>
    cell?.nmse == null ? 0 : cell.nmse / Math.max(cell.tolerance ?? 0, Number.MIN_VALUE),
  );
  return Math.max(
    ...shares.map(share => (Number.isNaN(share) ? Number.MAX_VALUE : Math.min(share, Number.MAX_VALUE))),
  );
}

/** Sort key: contradictions first, then wrong everywhere, failed, different bits, lack of support. */
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
  // Equal digests are equal bits; without digests only the errors can be compared.
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

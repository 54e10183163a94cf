import {
  type Incident,
  kernelSpeed,
  type OwnLimits,
  PARTS,
  type Provenance,
  REPORT_SCHEMA,
  type Report,
} from '../report/index.ts';
import type { Finding } from './job.ts';

/** Findings of a run so far. */
export interface Findings {
  readonly startedAt: Date;
  readonly set: string;
  readonly label?: string | undefined;
  readonly provenance: Provenance;
  readonly findings: readonly Finding[];
  readonly incidents: readonly Incident[];
  /** Reason for parts without findings. */
  readonly whyOmitted: string;
}

/** Builds the report of the findings, complete or not. */
export function buildReport({
  startedAt,
  set,
  label,
  provenance,
  findings,
  incidents,
  whyOmitted,
}: Findings): Report {
  const limits = limitsOf(findings, whyOmitted);
  const report: Report = {
    schema: REPORT_SCHEMA,
    id: `${startedAt.toISOString().replaceAll(/\D/g, '').slice(0, 14)}-${crypto.randomUUID().slice(0, 8)}`,
    startedAt: startedAt.toISOString(),
    finishedAt: new Date().toISOString(),
    set,
    ...(label !== undefined && { label }),
    provenance,
    conformance: findings.flatMap(found => (found.part === 'conformance' ? [found.entry] : [])),
    controls: findings.flatMap(found => (found.part === 'controls' ? [found.entry] : [])),
    invariance: findings.flatMap(found => (found.part === 'invariance' ? [found.entry] : [])),
    goldens: findings.flatMap(found => (found.part === 'goldens' ? [found.entry] : [])),
    drafts: findings.flatMap(found => (found.part === 'drafts' ? [found.entry] : [])),
    speed: {
      limits,
      kernels: findings.flatMap(found =>
        found.part === 'speed.kernels' ? [kernelSpeed(found.shape, found.entry, limits)] : [],
      ),
      throughput: findings.flatMap(found => (found.part === 'speed.throughput' ? [found.entry] : [])),
      speculation: findings.flatMap(found => (found.part === 'speed.speculation' ? [found.entry] : [])),
      load: findings.flatMap(found => (found.part === 'speed.load' ? [found.entry] : [])),
    },
    incidents: [...incidents],
    omitted: [],
  };
  const isEmpty = (part: (typeof PARTS)[number]) => !findings.some(found => found.part === part);
  return {
    ...report,
    omitted: PARTS.filter(isEmpty).map(part => ({ part, message: whyOmitted })),
  };
}

function limitsOf(findings: readonly Finding[], why: string): OwnLimits {
  const none = { status: 'unsupported', message: why } as const;
  const limits: Required<OwnLimits> = {
    copyGbPerSecond: none,
    readGbPerSecond: none,
    fmaGflops: none,
    dispatchMs: none,
    independentDispatchMs: none,
    submitToReadbackMs: none,
    kickedReadbackMs: none,
  };
  for (const found of findings) if (found.part === 'speed.limits') limits[found.limit] = found.entry;
  return limits;
}

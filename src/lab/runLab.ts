import { changedShaders } from '../conformance/shaderChange.ts';
import type { Incident, Provenance, Report } from '../report/index.ts';
import { Bench } from './bench.ts';
import { buildReport } from './buildReport.ts';
import { doFixedWork, thermalDrift } from './drift.ts';
import type { Gate } from './gate.ts';
import { type Finding, isTimed } from './job.ts';
import { jobsNamed, jobsOf, REPETITIONS } from './jobs.ts';
import type { LabEvent, LabOptions } from './labOptions.ts';
import { readProvenance } from './provenance.ts';
import { runJobs } from './runJobs.ts';
import { labShaders } from './shaders.ts';
import { chooseClock } from './speed/chooseClock.ts';

/**
 * Checks what this browser's GPU computes correctly and how fast, and reports it. A stopped run has a report too, of what was
 * done until then. Throws `no_webgpu`, and `not_found` for a case that does not exist.
 */
export async function runLab(
  options: LabOptions,
  base: URL,
  gate: Gate,
  emit: (event: LabEvent) => void,
): Promise<Report> {
  const startedAt = new Date();
  const jobs = options.only ? jobsNamed(options.only, options.set) : jobsOf(options.set);
  const shaders = changedShaders(labShaders(), options.change ?? null);
  const known = await readProvenance(shaders, options.flags ?? []);
  emit({ kind: 'provenance', provenance: known });
  emit({ kind: 'plan', jobs: jobs.map(({ id, part, weight }) => ({ id, part, weight })) });

  const bench = new Bench({ shaders, base, repetitions: REPETITIONS[options.set] });
  const isTiming = jobs.some(({ part }) => isTimed(part));
  if (isTiming) bench.clock = await chooseClock(bench);
  const first = isTiming ? await doFixedWork(bench) : null;
  const findings: Finding[] = [];
  const incidents: Incident[] = [];
  await runJobs(jobs, bench, gate, {
    begin: ({ id }) => emit({ kind: 'begin', id }),
    found: ({ id }, found) => {
      findings.push(...found);
      emit({ kind: 'found', id, findings: found });
    },
    incident: incident => {
      incidents.push(incident);
      emit({ kind: 'incident', incident });
    },
  });
  const isStopped = gate.stopped.aborted;
  const provenance: Provenance = {
    ...known,
    models: await bench.models.provenance(),
    clock: bench.clock,
    visibility: incidents.some(({ what }) => what === 'visibility-interrupted')
      ? 'hidden-at-times'
      : 'visible',
    thermalDrift:
      first === null || isStopped
        ? { status: 'unsupported', message: 'this run timed nothing to its end' }
        : await thermalDrift(bench, first),
  };
  bench.discard();
  return buildReport({
    startedAt,
    set: options.only ? 'own' : options.set,
    label: options.label,
    provenance,
    findings,
    incidents,
    whyOmitted: whyOmitted(options, isStopped),
  });
}

function whyOmitted({ set, only }: LabOptions, isStopped: boolean): string {
  if (isStopped) return 'the run was stopped before it came to this';
  return only ? 'only single cases were asked for' : `the set ${set} has none of this`;
}

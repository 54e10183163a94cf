import * as Type from 'typebox';
import { ConformanceCase, Control, DraftCheck, Golden, Invariance } from './correctness.ts';
import { Message, Name, oneOf, Timestamp } from './parts.ts';
import { Provenance } from './provenance.ts';
import { Speed } from './speed.ts';

/** Format of a report and its major version: readers ignore unknown fields, and refuse another version. */
export const REPORT_SCHEMA = 'foretoken-report/1';

/** Parts of a report that a run may leave out. */
export const PARTS = [
  'conformance',
  'controls',
  'invariance',
  'goldens',
  'drafts',
  'speed.kernels',
  'speed.throughput',
  'speed.speculation',
  'speed.load',
] as const;
export type Part = (typeof PARTS)[number];

/** Event during the run that is not part of a single case. */
export const Incident = Type.Object({
  at: Timestamp,
  what: oneOf(['device-lost', 'visibility-interrupted', 'timeout', 'oom', 'paused', 'stopped', 'error']),
  caseId: Type.Optional(Name),
  message: Message,
});
export type Incident = Type.Static<typeof Incident>;

/** Results of a run on one adapter: the single definition of types, JSON Schema and validation. */
export const ReportSchema = Type.Object(
  {
    schema: Type.Literal(REPORT_SCHEMA),
    id: Name,
    startedAt: Timestamp,
    finishedAt: Timestamp,
    /** Set of cases that was run: `quick`, `full`, or a custom one. */
    set: Name,
    /** Label of the report, if its author gave it one. */
    label: Type.Optional(Name),
    provenance: Provenance,
    conformance: Type.Array(ConformanceCase, { maxItems: 10_000 }),
    controls: Type.Array(Control, { maxItems: 1000 }),
    invariance: Type.Array(Invariance, { maxItems: 1000 }),
    goldens: Type.Array(Golden, { maxItems: 1000 }),
    drafts: Type.Array(DraftCheck, { maxItems: 1000 }),
    speed: Speed,
    incidents: Type.Array(Incident, { maxItems: 10_000 }),
    /** Names of empty parts, each with the reason. */
    omitted: Type.Array(Type.Object({ part: oneOf(PARTS), message: Message }), { maxItems: 100 }),
  },
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'https://foretoken.invalid/report.schema.json',
    title: 'Foretoken report, version 1',
    description: 'What a GPU, a browser and Foretoken computed together, how right it was and how fast.',
  },
);
export type Report = Type.Static<typeof ReportSchema>;

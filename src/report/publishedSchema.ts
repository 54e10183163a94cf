import { ReportSchema } from './schema/report.ts';

/** Text of public/report.schema.json. */
export function publishedSchema(): string {
  return `${JSON.stringify(ReportSchema, null, 1)}\n`;
}

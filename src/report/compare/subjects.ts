import type { Report } from '../schema/report.ts';

/** Label of the report, or else the name of its adapter, as far as the browser reveals it. */
export function adapterName({ label, provenance: { adapter, browser } }: Report): string {
  const { description, device, vendor, architecture } = adapter;
  const name = description || device || [vendor, architecture].filter(Boolean).join(' ');
  return label ?? (name || `unnamed adapter in ${browser.name}`);
}

/** Short name of each report: its adapter, with as many details as distinguish the reports. */
export function labelsOf(reports: readonly Report[]): string[] {
  const details: readonly ((report: Report) => string)[] = [
    ({ provenance: { browser } }) => `${browser.name} ${browser.version}`,
    ({ provenance: { foretoken } }) => foretoken.commit.slice(0, 8),
    ({ startedAt }) => startedAt.slice(0, 16).replace('T', ' '),
    ({ id }) => id,
  ];
  let labels = reports.map(adapterName);
  for (const detail of details) {
    if (new Set(labels).size === labels.length) break;
    // Skip a detail that all reports share.
    if (new Set(reports.map(detail)).size === 1) continue;
    labels = labels.map((label, i) => `${label}, ${detail(reports[i])}`);
  }
  return labels;
}

/** Row of provenance, for all reports. */
export interface Origin {
  readonly name: string;
  readonly values: readonly string[];
  readonly differs: boolean;
}

/** Provenance of the reports, side by side; differences may explain the rest. */
export function originsOf(reports: readonly Report[]): Origin[] {
  const each = reports.map(report => new Map(originOf(report)));
  const names = [...new Set(each.flatMap(origin => [...origin.keys()]))];
  return names.map(name => {
    const values = each.map(origin => origin.get(name) ?? '');
    return { name, values, differs: new Set(values).size > 1 };
  });
}

function originOf({ provenance, set, startedAt, finishedAt }: Report): [string, string][] {
  const { foretoken, browser, platform, adapter, models, thermalDrift } = provenance;
  const seconds = Math.round((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000);
  return [
    ['Run', `${startedAt}, ${seconds} s, set “${set}”`],
    ['Foretoken', `${foretoken.version} (${foretoken.commit.slice(0, 12)})`],
    ['Browser', `${browser.name} ${browser.version}`],
    [
      'Platform',
      [platform.name, platform.processors && `${platform.processors} processors`].filter(Boolean).join(', '),
    ],
    ...Object.entries(adapter)
      .filter(([, value]) => value !== '' && typeof value !== 'object')
      .map(([name, value]): [string, string] => [`adapter.${name}`, String(value)]),
    ['Features', [...provenance.features].sort().join(', ')],
    ['WGSL', [...provenance.wgslLanguageFeatures].sort().join(', ')],
    ['Flags', provenance.flags.join(' ')],
    ['Clock', provenance.clock === 'wall' ? 'wall clock' : 'timestamp queries'],
    ['Tab', provenance.visibility === 'visible' ? 'visible throughout' : 'hidden at times'],
    [
      'Thermal drift',
      thermalDrift.status === 'success' ? `${(100 * thermalDrift.drift).toFixed(1)} %` : thermalDrift.message,
    ],
    ...models.map(({ name, sha256 }): [string, string] => [`model ${name}`, sha256.slice(0, 12)]),
    ...Object.entries(provenance.shaders).map(([name, hash]): [string, string] => [
      `shader ${name}`,
      hash.slice(0, 12),
    ]),
    ...Object.entries(provenance.limits).map(([name, limit]): [string, string] => [name, String(limit)]),
  ];
}

import { type Report, readReport } from '../../report/index.ts';

/** Addresses of the reports in docs/reports. */
const ADDRESSES = import.meta.glob<string>('/docs/reports/*.json', {
  query: '?url',
  import: 'default',
  eager: true,
});

/** The reports that the page opens with; those that cannot be had are left out. */
export async function loadExamples(): Promise<Report[]> {
  // A page that was saved has its examples nowhere.
  if (location.protocol === 'file:') return [];
  const loaded = Object.entries(ADDRESSES).map(async ([path, url]) => {
    const response = await fetch(url);
    return response.ok ? readReport(await response.text(), path) : null;
  });
  const settled = await Promise.allSettled(loaded);
  return settled
    .map(result => (result.status === 'fulfilled' ? result.value : null))
    .filter(report => report !== null);
}

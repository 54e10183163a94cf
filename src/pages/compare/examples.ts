import { type Report, readReport } from '../../report/index.ts';

/** Addresses of the reports in docs/reports. */
const ADDRESSES = import.meta.glob<string>('/docs/reports/*.json', {
  query: '?url',
  import: 'default',
  eager: true,
});

/** Loads the reports that the page opens with; omits those that fail to load. */
export async function loadExamples(): Promise<Report[]> {
  // A saved page has no examples.
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

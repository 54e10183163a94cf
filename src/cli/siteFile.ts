import { join, normalize, sep } from 'node:path';

/** The path in the folder `site` that the target of a request names, or null where it names none inside it. */
export function siteFile(site: string, target: string): string | null {
  const path = decoded(target.replace(/[?#].*$/s, ''));
  if (path === null || !path.startsWith('/') || path.includes('\0')) return null;
  const file = join(site, path === '/' ? 'index.html' : normalize(path));
  return file.startsWith(site + sep) ? file : null;
}

function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}

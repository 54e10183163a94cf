import { join, normalize, sep } from 'node:path';

/** Path in the folder `site` for the target of a request, or null if that is not inside it. */
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

/** Parses `Content-Range: bytes <start>-<end>/<total>`; null if a part is unknown, or if CORS hides the header. */
export function contentRange(headers: Headers): { readonly start: number; readonly total: number } | null {
  const match = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get('content-range') ?? '');
  return match ? { start: Number(match[1]), total: Number(match[2]) } : null;
}

/**
 * Builds the static site into `dist`.
 *
 * @param {string} root folder of package.json
 */
export async function buildSite(root) {
  const { build } = await import('vite');
  await build({ root, logLevel: 'warn' });
}

/**
 * Serves `dist` on `port` of localhost, or on the next free one. Answers range requests, and 404 for what is not there.
 *
 * @param {string} root folder of package.json
 * @param {number} port
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function serveSite(root, port) {
  const { preview } = await import('vite');
  const server = await preview({ root, logLevel: 'warn', preview: { port } });
  // Vite's own listener ends the process with status 143; when to end is the caller's business.
  process.removeAllListeners('SIGTERM');
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error(`the site is not served on any local address near port ${port}`);
  return { url, close: () => server.close() };
}

/** Modules that no command reaches: those that download browsers, and those that drive Chromium like Firefox. */
const UNREACHED = [
  'proxy-agent',
  'extract-zip',
  'tar-fs',
  'yargs',
  'yargs/helpers',
  'progress',
  'chromium-bidi/lib/cjs/bidiMapper/BidiMapper.js',
];
const NOTHING = '\0nothing';
/** Has the exports that are imported by name, the class because others extend it when they are loaded. */
const STUB =
  'export class EventEmitter {} export const ProxyAgent = null, BidiServer = null; export default null;';

/**
 * Builds the command into `outDir`, with every package that it uses except Playwright, which is the user's own.
 *
 * @param {string} root folder of package.json
 * @param {string} outDir
 */
export async function buildCommand(root, outDir) {
  const { build } = await import('vite');
  await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    plugins: [withoutUnreached()],
    ssr: { noExternal: true, external: ['playwright'] },
    build: {
      outDir,
      ssr: 'src/cli/main.ts',
      target: 'node20',
      minify: true,
      license: { fileName: 'licenses.json' },
      rolldownOptions: { output: { chunkFileNames: '[name].js' } },
    },
  });
}

/** @returns {import('vite').Plugin} */
function withoutUnreached() {
  return {
    name: 'foretoken:without-unreached',
    enforce: 'pre',
    resolveId: id => (UNREACHED.includes(id) ? NOTHING : null),
    load: id => (id === NOTHING ? STUB : null),
  };
}

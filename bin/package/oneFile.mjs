/** Vite plugin that fails a build of more than one chunk. @returns {import('vite').Plugin} */
export function oneFile() {
  return {
    name: 'foretoken:one-file',
    generateBundle(_, files) {
      const chunks = Object.values(files).filter(({ type }) => type === 'chunk');
      if (chunks.length > 1) this.error(`it has ${chunks.length} chunks, and has to be one file`);
    },
  };
}

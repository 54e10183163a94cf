/** Text of every shader, by its path below `shaders/`. Only this file relies on the bundler to import them. */
export function shaderSources(): ReadonlyMap<string, string> {
  const files = import.meta.glob<string>('../../shaders/**/*.wgsl', {
    query: '?raw',
    import: 'default',
    eager: true,
  });
  return new Map(Object.entries(files).map(([path, text]) => [path.replace('../../shaders/', ''), text]));
}

/** Appends `tokens` to the JSON pointer `path`. Source: RFC 6901. */
export function pointer(path: string, ...tokens: readonly (string | number)[]): string {
  const escaped = tokens.map(token => `/${String(token).replaceAll('~', '~0').replaceAll('/', '~1')}`);
  return path + escaped.join('');
}

/** Splits a JSON pointer such as `/$defs/a~1b` into tokens. */
export function tokensOf(text: string): string[] {
  return text
    .split('/')
    .slice(1)
    .map(token => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

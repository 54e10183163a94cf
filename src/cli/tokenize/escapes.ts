const BACKSLASH = 0x5c;
const SIMPLE: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  "'": "'",
  '"': '"',
  '\\': '\\',
};

/** Replaces `\n \r \t \' \" \\` and `\xHH` in a text like llama.cpp's tools; `\xHH` is a byte. */
export function withoutEscapes(text: string): string {
  const bytes = new TextEncoder().encode(text);
  const output: number[] = [];
  for (let i = 0; i < bytes.length; i++) {
    const next = bytes[i] === BACKSLASH && i + 1 < bytes.length ? String.fromCharCode(bytes[i + 1]) : '';
    const simple = SIMPLE[next];
    const hex = next === 'x' ? String.fromCharCode(...bytes.subarray(i + 2, i + 4)) : '';
    if (simple !== undefined) {
      output.push(simple.charCodeAt(0));
      i++;
    } else if (/^[0-9A-Fa-f]{2}$/.test(hex)) {
      output.push(Number.parseInt(hex, 16));
      i += 3;
    } else {
      output.push(bytes[i]);
    }
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(output));
}

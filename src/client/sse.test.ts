import { expect, it } from 'vitest';
import { eventData } from './sse.ts';

/** Parses a stream that arrives `step` bytes at a time into its events. */
async function events(text: string, step: number): Promise<string[]> {
  const bytes = new TextEncoder().encode(text);
  let offset = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (offset >= bytes.length) return controller.close();
      controller.enqueue(bytes.subarray(offset, offset + step));
      offset += step;
    },
  });
  const all: string[] = [];
  for await (const data of eventData(body)) all.push(data);
  return all;
}

it.each([
  { of: 'one event', text: 'data: a\n\n', expected: ['a'] },
  { of: 'two events', text: 'data: a\n\ndata: b\n\n', expected: ['a', 'b'] },
  { of: 'CRLF line ends', text: 'data: a\r\n\r\ndata: b\r\n\r\n', expected: ['a', 'b'] },
  { of: 'no space after the colon', text: 'data:a\n\n', expected: ['a'] },
  { of: 'several data lines', text: 'data: a\ndata: b\n\n', expected: ['a\nb'] },
  { of: 'comments and other fields', text: ':\n\nevent: x\nid: 1\ndata: a\n\n', expected: ['a'] },
  { of: 'characters of several bytes', text: 'data: ñ€🦉\n\n', expected: ['ñ€🦉'] },
  { of: 'an event that is cut off', text: 'data: a\n\ndata: b\n', expected: ['a'] },
])('reads $of, however the bytes are split', async ({ text, expected }) => {
  for (const step of [1, 2, 3, 5, 1000]) expect(await events(text, step)).toEqual(expected);
});

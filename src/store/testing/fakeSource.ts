import { writeGguf } from '../../gguf/index.ts';

/** GGUF file of one tensor of random bytes, different for each seed. */
export function randomGguf(nBytes: number, seed = 1): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(nBytes);
  let state = seed;
  for (let i = 0; i < nBytes; i++) {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
    data[i] = state >>> 16;
  }
  const tensors = [{ name: 'weights', type: 'I8', shape: [nBytes], data }] as const;
  return writeGguf({ metadata: { seed: { type: 'uint32', value: seed } }, tensors });
}

/** Answer to a request for bytes of a file; `nth` counts the requests from 0. */
export type Answer = (request: {
  readonly range: readonly [from: number, to: number] | null;
  readonly nth: number;
  readonly signal: AbortSignal | null;
}) => Response | Promise<Response>;

/** Server in place of the network, whose answers a test may change at any time. */
export class FakeSource {
  readonly url = 'https://example.com/models/random.gguf';
  content: Uint8Array<ArrayBuffer>;
  etag: string | null = '"1"';
  /** Headers and ranges of all requests. */
  readonly asked: (string | null)[] = [];
  answer: Answer = request => this.right(request);

  constructor(content: Uint8Array<ArrayBuffer>) {
    this.content = content;
  }

  readonly fetch: typeof globalThis.fetch = async (_, init) => {
    const range = new Headers(init?.headers).get('range');
    this.asked.push(range);
    const [, from, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
    const nth = this.asked.length - 1;
    const asked = from === undefined ? null : ([Number(from), Number(last) + 1] as const);
    const signal = init?.signal ?? null;
    signal?.throwIfAborted();
    return this.answer({ range: asked, nth, signal });
  };

  /** Answer of a server that does everything right. */
  right({ range }: { readonly range: readonly [number, number] | null }): Response {
    if (range === null) return this.whole();
    const [from, to] = range;
    const total = this.content.byteLength;
    if (from >= total) return new Response(null, { status: 416 });
    const bytes = this.content.subarray(from, Math.min(to, total));
    return this.response(bytes, 206, {
      'content-range': `bytes ${from}-${from + bytes.byteLength - 1}/${total}`,
    });
  }

  whole(): Response {
    return this.response(this.content, 200, { 'content-length': String(this.content.byteLength) });
  }

  response(bytes: Uint8Array<ArrayBuffer>, status: number, headers: Record<string, string>): Response {
    return new Response(bytes, {
      status,
      headers: { ...headers, ...(this.etag !== null && { etag: this.etag }) },
    });
  }

  /** Right answer whose connection is lost after `nBytes`. */
  cut(request: { readonly range: readonly [number, number] | null }, nBytes: number): Response {
    const { body, status, headers } = this.right(request);
    const reader = body?.getReader();
    let left = nBytes;
    const stream = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const { done = true, value } = (await reader?.read()) ?? {};
        if (done || !value || left === 0) {
          controller.error(new TypeError('network error'));
          return;
        }
        controller.enqueue(value.subarray(0, left));
        left = Math.max(0, left - value.byteLength);
      },
    });
    return new Response(stream, { status, headers });
  }
}

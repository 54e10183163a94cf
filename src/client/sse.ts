/**
 * The payloads of an event stream, in order. Comments (llama-server's pings) and other fields are skipped; an event
 * that the stream's end cuts off is dropped.
 * Format: HTML standard, "Server-sent events", §9.2.6.
 */
export async function* eventData(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let pending = '';
  let data: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      pending += decoder.decode(value, { stream: true });
      const lines = pending.split(/\r\n|\n|\r(?!$)/);
      pending = lines.pop() ?? '';
      for (const line of lines) {
        if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5));
        if (line !== '' || data.length === 0) continue;
        yield data.join('\n');
        data = [];
      }
    }
  } finally {
    // Reached early when the consumer breaks out of its loop: nobody wants the rest.
    await reader.cancel().catch(() => {});
  }
}

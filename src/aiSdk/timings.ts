import type { MetadataExtractor } from '@ai-sdk/openai-compatible';

/** Hands llama-server's timings out as `providerMetadata.foretoken`: numbers by name, such as `predicted_per_second`. */
export const timingsExtractor: MetadataExtractor = {
  extractMetadata: async ({ parsedBody }) => metadataOf(timingsIn(parsedBody)),
  createStreamExtractor() {
    let last: Record<string, number> | null = null;
    return {
      processChunk(chunk) {
        last = timingsIn(chunk) ?? last;
      },
      buildMetadata: () => metadataOf(last),
    };
  },
};

function metadataOf(timings: Record<string, number> | null) {
  return timings ? { foretoken: timings } : undefined;
}

/** Reads the numbers of `timings` in a body that may be anything. */
function timingsIn(body: unknown): Record<string, number> | null {
  if (typeof body !== 'object' || body === null || !('timings' in body)) return null;
  const { timings } = body;
  if (typeof timings !== 'object' || timings === null) return null;
  const numbers = Object.entries(timings).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number',
  );
  return Object.fromEntries(numbers);
}

import type { MetadataExtractor } from '@ai-sdk/openai-compatible';

type Metadata = NonNullable<Awaited<ReturnType<MetadataExtractor['extractMetadata']>>>[string];

/**
 * Hands out the timings of an answer, as the response has them, as `providerMetadata.foretoken`: llama-server's numbers by name, such
 * as `predicted_per_second`, and `drafts`.
 */
export const timingsExtractor: MetadataExtractor = {
  extractMetadata: async ({ parsedBody }) => metadataOf(timingsIn(parsedBody)),
  createStreamExtractor() {
    let last: Metadata | null = null;
    return {
      processChunk(chunk) {
        last = timingsIn(chunk) ?? last;
      },
      buildMetadata: () => metadataOf(last),
    };
  },
};

function metadataOf(timings: Metadata | null) {
  return timings ? { foretoken: timings } : undefined;
}

/** Finds `timings` in a body that may be any JSON. */
function timingsIn(body: unknown): Metadata | null {
  if (typeof body !== 'object' || body === null || !('timings' in body)) return null;
  const { timings } = body;
  const isRecord = typeof timings === 'object' && timings !== null && !Array.isArray(timings);
  return isRecord ? (timings as Metadata) : null;
}

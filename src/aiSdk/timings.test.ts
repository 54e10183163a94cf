import { describe, expect, it } from 'vitest';
import { timingsExtractor } from './timings.ts';

const TIMINGS = {
  predicted_n: 4,
  drafts: [
    {
      type: 'draft-simple',
      draft_n: 3,
      draft_n_accepted: 2,
      draft_n_per_pos: [1, 1, 1],
      draft_n_accepted_per_pos: [1, 1, 0],
    },
  ],
};

describe('timingsExtractor', () => {
  it('hands out all timings of an answer, drafts by position included', async () => {
    expect(await timingsExtractor.extractMetadata({ parsedBody: { timings: TIMINGS } })).toEqual({
      foretoken: TIMINGS,
    });
  });

  it('hands out the last timings of a stream', () => {
    const extractor = timingsExtractor.createStreamExtractor();
    for (const chunk of [{ timings: { predicted_n: 1 } }, { timings: TIMINGS }, {}])
      extractor.processChunk(chunk);
    expect(extractor.buildMetadata()).toEqual({ foretoken: TIMINGS });
  });

  it.each([[null], ['text'], [{}], [{ timings: null }], [{ timings: [1] }]])(
    'finds none in %j',
    async parsedBody => {
      expect(await timingsExtractor.extractMetadata({ parsedBody })).toBeUndefined();
    },
  );
});

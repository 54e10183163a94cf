import { expect, it } from 'vitest';
import type { MemoryEstimate } from '../../../client/index.ts';
import { FAKE_ESTIMATE } from '../../../protocol/fakeReport.ts';
import { type Fit, fitOf, fitText, fittingCtx, isLoadable } from './fit.ts';

const GB = 1e9;
const BYTES = { weights: 2 * GB, cache: 1 * GB, activations: 0.1 * GB, total: 3.1 * GB };

const estimate = (changes: Partial<MemoryEstimate> = {}): MemoryEstimate => ({
  ...FAKE_ESTIMATE,
  nCtx: 4096,
  bytes: BYTES,
  maxBufferBytes: 2 * GB,
  ...changes,
});

const limits = (details: Record<string, number>) =>
  estimate({
    nCtx: 32_768,
    obstacle: { code: 'device_limits', message: 'too large', details },
  });

const CASES: readonly {
  readonly what: string;
  readonly estimate: MemoryEstimate;
  readonly memory?: number;
  readonly fit: Partial<Fit>;
  readonly text: string;
}[] = [
  {
    what: 'fits where nothing is in the way',
    estimate: estimate(),
    fit: { kind: 'fits', nCtx: 4096 },
    text: 'Fits: needs 3.1 GB on the GPU, with a context of 4,096.',
  },
  {
    what: 'fits a small device that is large enough',
    estimate: estimate(),
    memory: 4 * GB,
    fit: { kind: 'fits' },
    text: 'Fits: needs 3.1 GB on the GPU, with a context of 4,096.',
  },
  {
    what: 'fits with the context that the largest buffer allows',
    estimate: limits({ neededBytes: 4 * GB, limitBytes: 2 * GB, fittingCtx: 16_384 }),
    fit: { kind: 'smaller', nCtx: 16_384, needBytes: 2.6 * GB },
    text: 'Fits with a smaller context of 16,384 in place of 32,768: needs 2.6 GB then.',
  },
  {
    what: 'fits with the context that the memory of the device allows',
    estimate: estimate(),
    memory: 2.6 * GB,
    fit: { kind: 'smaller', nCtx: 2048, needBytes: 2.6 * GB },
    text: 'Fits with a smaller context of 2,048 in place of 4,096: needs 2.6 GB then.',
  },
  {
    what: 'needs both the buffer and the memory to fit',
    estimate: limits({ neededBytes: 4 * GB, limitBytes: 2 * GB, fittingCtx: 16_384 }),
    memory: 2.35 * GB,
    fit: { kind: 'smaller', nCtx: 8192 },
    text: 'Fits with a smaller context of 8,192 in place of 32,768: needs 2.4 GB then.',
  },
  {
    what: 'is too large with a matrix beyond the largest buffer',
    estimate: limits({ neededBytes: 4 * GB, limitBytes: 2 * GB }),
    fit: { kind: 'tooLarge' },
    text: 'Too large: one of its buffers needs 4.0 GB, and this GPU allows 2.0 GB.',
  },
  {
    what: 'is too large if only a context of no use would fit',
    estimate: limits({ neededBytes: 4 * GB, limitBytes: 2 * GB, fittingCtx: 128 }),
    fit: { kind: 'tooLarge' },
    text: 'Too large: one of its buffers needs 4.0 GB, and this GPU allows 2.0 GB.',
  },
  {
    what: 'is probably too large where the weights alone exceed the memory',
    estimate: estimate(),
    memory: 2 * GB,
    fit: { kind: 'doubtful' },
    text: 'Probably too large: needs 3.1 GB, and this device has about 2.0 GB.',
  },
  {
    what: 'does not run without its architecture',
    estimate: estimate({
      bytes: null,
      nCtx: null,
      obstacle: { code: 'unsupported_model', message: 'no Mamba', details: {} },
    }),
    fit: { kind: 'unsupported' },
    text: 'Does not run here yet: no Mamba.',
  },
  {
    what: 'needs a GPU',
    estimate: estimate({ adapter: null, obstacle: { code: 'no_webgpu', message: 'none', details: {} } }),
    fit: { kind: 'noAdapter' },
    text: 'Needs 3.1 GB on a GPU, and this browser offers none.',
  },
];

it.each(CASES)('a model $what', ({ estimate, memory, fit, text }) => {
  const found = fitOf(estimate, memory ?? null);
  expect(found).toMatchObject(fit);
  expect(fitText(found)).toBe(text);
  expect(isLoadable(found)).toBe(['fits', 'smaller', 'doubtful'].includes(found.kind));
  expect(fittingCtx(found)).toBe(found.kind === 'smaller' ? found.nCtx : undefined);
});

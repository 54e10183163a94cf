import { argmax, type LogitsShape, topK } from '../../gpu/kernels/sampling.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { argmax as argmaxTwin } from '../../reference/argmax.ts';
import { topK as topKTwin } from '../../reference/topK.ts';
import { kernelCases } from '../cases.ts';
import { type Batch, kernelCheck, type Setup } from '../check.ts';
import { dense, output, rowsOf, words } from '../contents.ts';
import { bitsOf, plainStep } from '../inputs.ts';

/** `ties`: many equal logits, at the top and at the edge of the set. */
type LogitKind = 'random' | 'ties' | 'equal';

/** `draftStep`: the results of a later step of a draft chain follow those of the earlier ones. */
interface LogitInputs {
  readonly kind: LogitKind;
  readonly draftStep: number;
}

const usualInputs: LogitInputs = { kind: 'random', draftStep: 0 };

function logitsOf(nVocab: number, row: number, kind: LogitKind): Float32Array<ArrayBuffer> {
  const values = randomValues(nVocab, 50 + row, 10);
  if (kind === 'random') return values;
  return kind === 'ties' ? values.map(value => Math.round(value / 4)) : values.fill(-3);
}

/** Sets up a choice of `nWords` words for each row of logits. */
function setUpChoice<P extends LogitsShape>(
  { parameters: { nVocab, stride }, rows, inputs: { kind, draftStep } }: Batch<P, LogitInputs>,
  nWords: number,
  chosen: (logits: Float32Array) => Uint32Array<ArrayBuffer>,
  ordered?: (words: Uint32Array<ArrayBuffer>) => Uint32Array<ArrayBuffer>,
): Setup {
  const logits = rows.map(row => logitsOf(nVocab, row, kind));
  const step = plainStep(rows.length);
  step[2] = draftStep;
  const dst = output(nWords * rows.length * (draftStep + 2));
  const first = nWords * rows.length * draftStep;
  return {
    bindings: [dense(step), rowsOf(logits, stride), dst],
    grid: () => [rows.length, 1, 1],
    results: () => logits.map((row, i) => [words(dst, first + nWords * i, chosen(row), ordered)]),
  };
}

export const argmaxCheck = kernelCheck({
  kernel: argmax,
  usual: usualInputs,
  setUp: batch => setUpChoice(batch, 1, logits => argmaxTwin(logits, batch.parameters.nVocab)),
});

export const topKCheck = kernelCheck({
  kernel: topK,
  usual: usualInputs,
  setUp(batch) {
    const { nVocab, k } = batch.parameters;
    const chosen = (logits: Float32Array) => {
      const { ids } = topKTwin(logits, nVocab, k);
      return sortedPairs(Uint32Array.from([...ids].flatMap(id => [id, bitsOf(logits[id])])));
    };
    return setUpChoice(batch, 2 * k, chosen, sortedPairs);
  },
});

/** Pairs (token, bits of its logit) sorted by token: the kernel leaves their order open. */
function sortedPairs(pairs: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const order = Array.from({ length: pairs.length / 2 }, (_, i) => 2 * i);
  order.sort((a, b) => pairs[a] - pairs[b]);
  return Uint32Array.from(order.flatMap(at => [pairs[at], pairs[at + 1]]));
}

const logitCases = {
  usual: { nVocab: 1024, rows: 1, kind: 'random' as LogitKind, draftStep: 0 },
  cases: [
    { nVocab: 1024, rows: 3, kind: 'random', draftStep: 0 },
    { nVocab: 1000, rows: 2, kind: 'ties', draftStep: 0 },
    { nVocab: 300, rows: 1, kind: 'equal', draftStep: 0 },
    { nVocab: 128256, rows: 1, kind: 'random', draftStep: 0 },
    { nVocab: 1, rows: 2, kind: 'random', draftStep: 0 },
    { nVocab: 65, rows: 17, kind: 'ties', draftStep: 0 },
    { nVocab: 200, rows: 2, kind: 'random', draftStep: 3 },
  ] as const,
  inputs: ({ kind, draftStep }: LogitInputs) => ({ kind, draftStep }),
  timed: [{ nVocab: 32000, rows: 1 }],
  cost: ({ nVocab }: { nVocab: number }) => ({ bytes: 4 * nVocab, flops: 0 }),
};

export const argmaxCases = kernelCases(argmaxCheck, () => ({
  ...logitCases,
  parameters: ({ nVocab, rows }) => ({ nVocab, stride: nVocab, outputs: rows }),
  faults: idOf => [
    {
      id: 'other-tie-rule',
      fault: 'of equal logits the highest id wins',
      change: { file: 'argmax.wgsl', from: 'best_token[l] < token', to: 'best_token[l] > token' },
      tuning: 'software',
      caught: { id: idOf({ kind: 'equal' }) },
      spared: idOf({ kind: 'random' }),
    },
  ],
}));

export const topKCases = kernelCases(topKCheck, () => ({
  ...logitCases,
  parameters: ({ nVocab, rows }) => ({ nVocab, stride: nVocab, outputs: rows, k: Math.min(64, nVocab) }),
  faults: idOf => [
    {
      id: 'missing-barrier',
      fault: 'the histogram is read before all invocations have added to it',
      change: {
        file: 'top_k.wgsl',
        from: '    workgroupBarrier();\n    if (lane == 0u) {\n      var wanted',
        to: '    if (lane == 0u) {\n      var wanted',
      },
      tuning: 'gpu',
      isRace: true,
      caught: { id: idOf({ nVocab: 128256 }) },
      spared: argmaxCases.idOf({ nVocab: 128256 }),
    },
  ],
}));

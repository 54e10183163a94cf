import { argmax, type ChoiceStage, choiceStages, stretchesOf, topK } from '../../gpu/kernels/sampling.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { argmax as argmaxTwin, indicesOf } from '../../reference/argmax.ts';
import { topK as topKTwin } from '../../reference/topK.ts';
import { assertNever } from '../../util/assert.ts';
import { kernelCases } from '../cases.ts';
import { type Batch, kernelCheck, type Setup } from '../check.ts';
import { asBits, dense, output, rowsOf, words } from '../contents.ts';
import { numbers, plainStep } from '../inputs.ts';

/**
 * `ties`: many equal logits, at the top and at the edge of the set; `zeros`: zeros of both signs at its edge; `together`: the
 * likeliest of all are in a few of the runs that `top_k` deals candidates to.
 */
type LogitKind = 'random' | 'ties' | 'equal' | 'zeros' | 'together';

/** `draftStep`: the results of a later step of a draft chain follow those of the earlier ones. */
interface LogitInputs {
  readonly kind: LogitKind;
  readonly draftStep: number;
}

const usualInputs: LogitInputs = { kind: 'random', draftStep: 0 };

function logitsOf(n: number, row: number, kind: LogitKind): Float32Array<ArrayBuffer> {
  const values = randomValues(n, 50 + row, 10);
  switch (kind) {
    case 'random':
      return values;
    case 'ties':
      return values.map(value => Math.round(value / 4));
    case 'equal':
      return values.fill(-3);
    case 'zeros':
      return values.map((_, i) => (i % 29 === 0 ? 1 : i % 2 === 0 ? -0 : 0));
    case 'together':
      return values.map((value, i) => (i % 256 < 2 ? value + 30 : value));
    default:
      return assertNever(kind);
  }
}

/** Candidates of an output row, or of one stretch of it. */
interface Candidates {
  readonly logits: Float32Array<ArrayBuffer>;
  readonly tokens: Uint32Array<ArrayBuffer>;
}

/** Bits of no candidate, and also its token, see `lib/kth_best.wgsl`. */
const NONE = 0xffffffff;

function candidatesOf({ source, nCandidates }: ChoiceStage, row: number, kind: LogitKind): Candidates {
  const logits = logitsOf(nCandidates, row, kind);
  const tokens = indicesOf(logits);
  return { logits, tokens: source === 'logits' ? tokens : tokens.map(i => 5 + 3 * i) };
}

/** Words (token, bits of its logit) of some candidates. */
function pairsOf({ logits, tokens }: Candidates, indices: Uint32Array): Uint32Array<ArrayBuffer> {
  const bits = asBits(logits);
  const pairs = new Uint32Array(2 * indices.length);
  indices.forEach((index, i) => {
    pairs.set([tokens[index], bits[index]], 2 * i);
  });
  return pairs;
}

function stretchesOfRow(stage: ChoiceStage, { logits, tokens }: Candidates): Candidates[] {
  return numbers(stretchesOf(stage)).map(i => {
    const range = [i * stage.stretch, (i + 1) * stage.stretch] as const;
    return { logits: logits.slice(...range), tokens: tokens.slice(...range) };
  });
}

/** Sets up a stage that writes `nWords` words for each row. */
function setUpStage(
  { parameters: stage, rows, inputs: { draftStep } }: Batch<ChoiceStage, LogitInputs>,
  candidates: readonly Candidates[],
  nWords: number,
  expected: (stretches: readonly Candidates[]) => Uint32Array<ArrayBuffer>,
  read?: (found: Uint32Array<ArrayBuffer>) => Uint32Array<ArrayBuffer>,
): Setup {
  const step = plainStep(rows.length);
  step[2] = draftStep;
  // Only the last stage keeps the results of a draft's steps apart.
  const isLast = stretchesOf(stage) === 1;
  const dst = output(nWords * rows.length * (isLast ? draftStep + 2 : 1));
  const first = isLast ? nWords * rows.length * draftStep : 0;
  const isLogits = stage.source === 'logits';
  const given = candidates.map(row => (isLogits ? row.logits : pairsOf(row, indicesOf(row.logits))));
  return {
    bindings: [dense(step), rowsOf(given, stage.nCandidates * (isLogits ? 1 : 2)), dst],
    grid: ({ workgroups }) => [workgroups[0], rows.length, 1],
    results: () =>
      candidates.map((row, i) => [
        words(dst, first + nWords * i, expected(stretchesOfRow(stage, row)), read),
      ]),
  };
}

export const argmaxCheck = kernelCheck({
  kernel: argmax,
  usual: usualInputs,
  setUp(batch) {
    const { parameters: stage, rows, inputs } = batch;
    const candidates = rows.map(row => candidatesOf(stage, row, inputs.kind));
    const best = ({ logits, tokens }: Candidates) => Uint32Array.of(argmaxTwin(logits, tokens));
    if (stretchesOf(stage) === 1) {
      return setUpStage(batch, candidates, 1, ([row]) => Uint32Array.of(row.tokens[best(row)[0]]));
    }
    return setUpStage(batch, candidates, 2 * stretchesOf(stage), stretches =>
      Uint32Array.from(stretches.flatMap(stretch => [...pairsOf(stretch, best(stretch))])),
    );
  },
});

export const topKCheck = kernelCheck({
  kernel: topK,
  usual: usualInputs,
  setUp(batch) {
    const { parameters: stage, rows, inputs } = batch;
    const { k } = stage;
    const candidates = rows.map(row => {
      const { logits, tokens } = candidatesOf(stage, row, inputs.kind);
      // An earlier stage leaves its candidates in any order, and places empty where a stretch has fewer candidates than it keeps.
      if (stage.source === 'candidates') tokens.reverse();
      const nEmpty = stage.source === 'candidates' ? Math.floor((stage.nCandidates - k) / 3) : 0;
      for (let i = 0; i < nEmpty; i++) {
        tokens[3 * i] = NONE;
        asBits(logits)[3 * i] = NONE;
      }
      return { logits, tokens };
    });
    const stretches = stretchesOf(stage);
    const best = (stretch: Candidates) => {
      const kept = new Uint32Array(2 * k).fill(NONE);
      kept.set(pairsOf(stretch, topKTwin(stretch.logits, k, stretch.tokens)));
      return kept;
    };
    return setUpStage(
      batch,
      candidates,
      2 * k * stretches,
      ofRow => Uint32Array.from(ofRow.flatMap(stretch => [...sortedPairs(best(stretch))])),
      found =>
        Uint32Array.from(numbers(stretches).flatMap(i => [...sortedPairs(keptOf(found, i, stretches))])),
    );
  },
});

/** Pairs that `top_k` kept of a stretch, from its results [k, stretch] for a row. */
function keptOf(
  found: Uint32Array<ArrayBuffer>,
  stretch: number,
  stretches: number,
): Uint32Array<ArrayBuffer> {
  return found.filter((_, i) => Math.floor(i / 2) % stretches === stretch);
}

/** Pairs (token, bits of its logit) sorted by token: the kernel leaves their order open. */
function sortedPairs(pairs: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const order = Array.from({ length: pairs.length / 2 }, (_, i) => 2 * i);
  order.sort((a, b) => pairs[a] - pairs[b]);
  return Uint32Array.from(order.flatMap(at => [pairs[at], pairs[at + 1]]));
}

interface LogitAxes {
  readonly source: ChoiceStage['source'];
  /** Candidates of a row, and most of one workgroup. */
  readonly n: number;
  readonly stretch: number;
  readonly rows: number;
  readonly kind: LogitKind;
  readonly draftStep: number;
}

const logitCases = {
  usual: { source: 'logits', n: 1024, stretch: 2 ** 32, rows: 1, kind: 'random', draftStep: 0 } as LogitAxes,
  inputs: ({ kind, draftStep }: LogitAxes) => ({ kind, draftStep }),
  timed: [{ n: 32000 }, { n: 151936 }, { n: 151936, stretch: 2048 }],
  cost: ({ n }: LogitAxes) => ({ bytes: 4 * n, flops: 0 }),
};

function stageOf({ source, n, stretch, rows }: LogitAxes): ChoiceStage {
  const [first] = choiceStages({ nVocab: n, outputs: rows }, 1, { choiceStretch: stretch });
  return { ...first, source };
}

export const argmaxCases = kernelCases(argmaxCheck, () => ({
  ...logitCases,
  cases: [
    { rows: 3 },
    { n: 1000, rows: 2, kind: 'ties' },
    { n: 300, kind: 'equal' },
    { n: 128256 },
    { n: 1, rows: 2 },
    { n: 65, rows: 17, kind: 'zeros' },
    { n: 200, rows: 2, draftStep: 3 },
    { n: 5000, stretch: 2048, rows: 2, kind: 'ties' },
    { n: 151936, stretch: 2048, rows: 2 },
    { source: 'candidates', n: 75, rows: 2, draftStep: 1 },
    { source: 'candidates', n: 4748, kind: 'equal' },
    { source: 'candidates', n: 9000, stretch: 2048, rows: 2, kind: 'ties' },
  ] as const,
  parameters: stageOf,
  faults: idOf => [
    {
      id: 'other-tie-rule',
      fault: 'of equal logits the highest id wins',
      change: { file: 'argmax.wgsl', from: 'b.x < a.x', to: 'b.x > a.x' },
      tuning: 'software',
      caught: { id: idOf({ kind: 'equal' }) },
      spared: idOf({ n: 128256 }),
    },
  ],
}));

export const topKCases = kernelCases(topKCheck, () => ({
  ...logitCases,
  cases: [
    { rows: 3 },
    { n: 1000, rows: 2, kind: 'ties' },
    { n: 300, kind: 'equal' },
    { n: 128256 },
    { n: 1, rows: 2 },
    { n: 63, rows: 2 },
    { n: 64, rows: 2 },
    { n: 65, rows: 17, kind: 'ties' },
    { n: 700, kind: 'zeros' },
    { n: 32000, kind: 'together' },
    { n: 200, rows: 2, draftStep: 3 },
    { n: 5000, stretch: 2048, rows: 2, kind: 'ties' },
    // Stretches with fewer candidates than are kept.
    { n: 300, stretch: 50, rows: 2 },
    { n: 151936, stretch: 2048, kind: 'equal' },
    { n: 262144, stretch: 2048 },
    { source: 'candidates', n: 75 * 64, rows: 2, draftStep: 1 },
    { source: 'candidates', n: 128 * 64, kind: 'equal' },
    { source: 'candidates', n: 9000, stretch: 2048, rows: 2, kind: 'ties' },
  ] as const,
  parameters: axes => ({ ...stageOf(axes), k: Math.min(64, axes.n) }),
  faults: idOf => [
    {
      id: 'missing-barrier',
      fault: 'the digits are looked at before all invocations have counted theirs',
      change: {
        file: 'lib/kth_best.wgsl',
        from: '  workgroupBarrier();\n  if (lane != 0u)',
        to: '  if (lane != 0u)',
      },
      tuning: 'gpu',
      isRace: true,
      caught: { id: idOf({ n: 128256 }) },
      spared: argmaxCases.idOf({ n: 128256 }),
    },
  ],
}));

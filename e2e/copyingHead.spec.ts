import { vocabulary } from '../bench/page/randomModel.ts';
import { writeGguf } from '../src/gguf/index.ts';
import { chainTarget } from '../src/reference/chainTarget.ts';
import { knownRounds } from '../src/reference/copiedDrafts.ts';
import { type Copying, copyingHead } from '../src/reference/copyingHead.ts';
import { bytesInPage } from './fixtures/models.ts';
import { expect, test } from './fixtures/test.ts';

const N_VOCAB = 512;
const N_LAYERS = 2;
const N_CTX = 256;
const BOS = 1;
/** Tokens of single characters. */
const [A, B, C, STAYS, OTHER] = [...'abcde'].map(
  character => 260 + character.charCodeAt(0) - '!'.charCodeAt(0),
);

const COPY = Array.from({ length: N_VOCAB }, (_, token) => token);
/** Repeats every token, except that a, b and c follow each other. */
const CHAIN = COPY.map(
  token =>
    new Map([
      [A, B],
      [B, C],
      [C, A],
    ]).get(token) ?? token,
);

const CASES: readonly { name: string; head: Copying; prompt: readonly number[] }[] = [
  { name: 'the target’s own choice', head: { reads: 'token', successors: CHAIN }, prompt: [BOS, A] },
  { name: 'the last token, where it changes', head: { reads: 'token', successors: COPY }, prompt: [BOS, A] },
  {
    name: 'the last token, where it stays',
    head: { reads: 'token', successors: COPY },
    prompt: [BOS, STAYS],
  },
  {
    name: 'a hidden state',
    head: { reads: 'hidden', successors: CHAIN.map(token => CHAIN[token]) },
    prompt: [BOS, A],
  },
  {
    name: 'the commonest token, which the text outgrows',
    head: { reads: 'commonest', successors: COPY },
    prompt: [BOS, ...Array.from({ length: 12 }, () => OTHER), STAYS],
  },
];

test('heads of known drafts draft them, and the target accepts those that it must', async ({
  harness,
  startServer,
}) => {
  const target = writeGguf(
    await chainTarget({ successors: CHAIN, nCtx: N_CTX, nLayers: N_LAYERS, metadata: vocabulary(N_VOCAB) }),
  );
  const model = await bytesInPage(harness.page, target);
  for (const { name, head, prompt } of CASES) {
    const sidecar = writeGguf(copyingHead({ ...head, nLayers: N_LAYERS, nCtx: N_CTX }));
    const modelDraft = await bytesInPage(harness.page, sidecar);
    const server = await startServer({
      model,
      modelDraft,
      nCtx: N_CTX,
      nSlots: 1,
      draftAdaptive: false,
      draftMax: 3,
    });
    const answer = await server.completion({
      prompt: [...prompt],
      n_predict: 32,
      temperature: 0,
      ignore_eos: true,
      return_tokens: true,
      speculation_trace: true,
    });
    const known = knownRounds(CHAIN, head, prompt, { nPredict: 32, nDraft: 3 });
    const rounds = answer.speculation_trace?.rounds ?? [];
    expect(
      rounds.map(({ draft }) => draft.map(({ id }) => id)),
      name,
    ).toEqual(known.map(({ drafts }) => [...drafts]));
    expect(
      rounds.map(({ n_accepted }) => n_accepted),
      name,
    ).toEqual(known.map(({ nAccepted }) => nAccepted));
  }
});

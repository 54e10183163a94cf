// Server with a fake model and a tiny vocabulary, for the tests of this folder.
import { DraftModel } from '../../engine/draftModel.ts';
import { FakeForwardPass, type FakeModelOptions } from '../../engine/fakeForwardPass.ts';
import type { BatchRow, Candidates, OutputKind, TokenId } from '../../forward/forward.ts';
import type { ForwardPass } from '../../forward/forwardPass.ts';
import type { CompletionChunk, CompletionResponse, ErrorBody } from '../../protocol/completion.ts';
import { type GivenOptions, withDefaults } from '../../protocol/options.ts';
import type { ServerReport } from '../../protocol/serverReport.ts';
import { createTokenizer, TOKEN_TYPE, type Tokenizer } from '../../tokenizer/index.ts';
import { spmVocabulary } from '../../tokenizer/toyVocabulary.ts';
import type { SlotFiles } from '../admin/slotActions.ts';
import { type App, type AppDeps, createApp } from '../app.ts';

const { normal, byte, control, unknown } = TOKEN_TYPE;
const BYTES = ['<0x0A>', '<0xC3>', '<0xA9>', '<0x09>'];
const PIECES = [...'▁abcdefghijklmnopqrstuvwxyz.,:!?', 'ab', '▁th', '▁the', 'ing'];
const TOKENS = ['<unk>', '<s>', '</s>', ...BYTES, ...PIECES];

/** Letters, a few merges, newline, tab, and the two bytes of é; adds BOS. */
export const tokenizer = createTokenizer(
  spmVocabulary({
    texts: TOKENS,
    scores: TOKENS.map((_, id) => -id),
    types: [unknown, control, control, ...BYTES.map(() => byte), ...PIECES.map(() => normal)],
    addSpacePrefix: false,
  }),
);

export const BOS = 1;
export const EOS = 2;
/** Tokens of the first and second byte of é. */
export const E_ACUTE: readonly TokenId[] = [4, 5];

/** Tokens of a text, one per character and without BOS. */
export function letters(text: string): TokenId[] {
  return [...text].flatMap(char => tokenizer.encode(char, { addSpecial: false, parseSpecial: false }));
}

/** Model that generates `script`: the token at position p of every sequence is `script[p]`, and EOS behind its end. */
export class ScriptedForwardPass extends FakeForwardPass {
  readonly #script: readonly TokenId[];

  constructor(script: readonly TokenId[], options: FakeModelOptions = {}) {
    super({ nVocab: tokenizer.nVocab, ...options });
    this.#script = script;
  }

  override async forward(rows: readonly BatchRow[], kind: OutputKind): Promise<Candidates[]> {
    await super.forward(rows, kind);
    return rows
      .filter(row => row.output)
      .map(({ position }) => {
        const token = this.#script[position + 1] ?? EOS;
        if (kind !== 'logits') return { ids: Int32Array.of(token), logits: Float32Array.of(10) };
        const logits = Float32Array.from({ length: this.nVocab }, (_, id) => (id === token ? 10 : -10));
        return { ids: Int32Array.from(logits, (_, id) => id), logits };
      });
  }
}

/** Lets a test stop a model before each of its steps. */
export class Gate {
  #open: Promise<void> = Promise.resolve();
  #release: () => void = () => {};

  close(): void {
    this.#open = new Promise(resolve => {
      this.#release = resolve;
    });
  }

  open(): void {
    this.#release();
  }

  guard(model: ForwardPass): ForwardPass {
    const passed = () => this.#open;
    return {
      nVocab: model.nVocab,
      nCtx: model.nCtx,
      nSlots: model.nSlots,
      maxRows: model.maxRows,
      maxOutputs: model.maxOutputs,
      canShift: model.canShift,
      maxRollback: model.maxRollback,
      reusable: (slot, nTokens) => model.reusable(slot, nTokens),
      readState: (slot, nTokens) => model.readState(slot, nTokens),
      writeState: (slot, nTokens, bytes) => model.writeState(slot, nTokens, bytes),
      async forward(rows, kind) {
        await passed();
        return model.forward(rows, kind);
      },
      // A step that is stopped before its submission has none behind it.
      forwardAhead: () => null,
      async embed(rows) {
        await passed();
        return model.embed(rows);
      },
      draft: (rows, nDraft, withProbabilities) => model.draft(rows, nDraft, withProbabilities),
      shift: (slot, keep, discard, end) => model.shift(slot, keep, discard, end),
      reserve: spans => model.reserve(spans),
      truncate: (slot, nTokens) => model.truncate(slot, nTokens),
      copyCache: (from, to, nTokens) => model.copyCache(from, to, nTokens),
      readCache: (slot, nTokens) => model.readCache(slot, nTokens),
      writeCache: (slot, nTokens, bytes) => model.writeCache(slot, nTokens, bytes),
    };
  }
}

export interface TestServerOptions {
  readonly nCtx?: number;
  readonly nSlots?: number;
  readonly settings?: GivenOptions;
  /** Replaces this file's tokenizer; needs a target that fits it. */
  readonly tokenizer?: Tokenizer;
  /** Replaces the fake model with hashed logits. */
  readonly target?: ForwardPass;
  /** Share of contexts in which the draft model disagrees with the target; without it there is no draft. */
  readonly draftDisagreement?: number;
  /** Acceptance probabilities that replace verification by the target. */
  readonly syntheticAcceptance?: readonly number[];
  readonly slotFiles?: SlotFiles;
  readonly log?: (line: string) => void;
  readonly now?: () => number;
  readonly randomSeed?: () => number;
  readonly sleep?: AppDeps['sleep'];
}

export interface TestServer extends App {
  readonly target: ForwardPass;
  post(path: string, body: unknown, signal?: AbortSignal): Promise<Response>;
  /** JSON of a request that must succeed. */
  complete(body: object, signal?: AbortSignal): Promise<CompletionResponse>;
  /** Events of a stream that must succeed. */
  stream(body: object): Promise<CompletionChunk[]>;
  slots(): Promise<readonly Record<string, unknown>[]>;
}

export function testServer(options: TestServerOptions = {}): TestServer {
  const vocabulary = options.tokenizer ?? tokenizer;
  const nCtx = options.nCtx ?? 128;
  const nSlots = options.nSlots ?? 1;
  const shape = { nVocab: vocabulary.nVocab, nCtx, nSlots };
  const target = options.target ?? new FakeForwardPass(shape);
  const { draftDisagreement: disagreement } = options;
  const app = createApp({
    tokenizer: vocabulary,
    target,
    drafts:
      disagreement === undefined ? null : new DraftModel(new FakeForwardPass({ ...shape, disagreement })),
    syntheticAcceptance: options.syntheticAcceptance ?? null,
    specTypes: disagreement === undefined ? [] : ['draft-simple'],
    draftKinds: disagreement === undefined ? [] : ['draft-simple'],
    settings: withDefaults({ temperature: 0, ...options.settings }),
    report: report(nCtx, nSlots),
    ...(options.slotFiles && { slotFiles: options.slotFiles }),
    ...(options.log && { log: options.log }),
    ...(options.now && { now: options.now }),
    ...(options.sleep && { sleep: options.sleep }),
    ...(options.randomSeed && { randomSeed: options.randomSeed }),
  });
  const post = (path: string, body: unknown, signal: AbortSignal | null = null) =>
    app.fetch(
      new Request(`http://page${path}`, {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        signal,
      }),
    );
  return {
    ...app,
    target,
    post,
    async complete(body, signal) {
      return okJson(await post('/completion', body, signal));
    },
    async stream(body) {
      const response = await post('/completion', { ...body, stream: true });
      if (response.status !== 200) throw new Error(await response.text());
      return parseEvents(await response.text());
    },
    async slots() {
      return okJson(await app.fetch(new Request('http://page/slots')));
    },
  };
}

/** Parses the events of a complete stream, in llama-server's format only. */
export function parseEvents<T = CompletionChunk>(text: string): T[] {
  if (!text.endsWith('\n\n')) throw new Error(`the stream ends within an event: ${text.slice(-40)}`);
  return text
    .slice(0, -2)
    .split('\n\n')
    .filter(event => event !== ':')
    .map(event => {
      if (!event.startsWith('data: ')) throw new Error(`not an event: ${event}`);
      return JSON.parse(event.slice('data: '.length));
    });
}

/** Parses the events of a complete stream of an OpenAI route, without the `[DONE]` that it must end with. */
export function parseOpenAiEvents<T>(text: string): T[] {
  const done = 'data: [DONE]\n\n';
  if (!text.endsWith(done)) throw new Error(`the stream does not end with [DONE]: ${text.slice(-40)}`);
  return parseEvents(text.slice(0, -done.length));
}

/** Parses the events of a complete stream that names each by its type, without `[DONE]`. */
export function parseNamedEvents<T extends { readonly type: string }>(text: string): T[] {
  const events = text.replaceAll(/^event: .*\n/gm, '');
  const parsed = parseEvents<T>(events);
  const names = Array.from(text.matchAll(/^event: (.*)$/gm), match => match[1]);
  const types = parsed.map(({ type }) => type);
  if (names.join() !== types.join()) throw new Error(`events ${types} are named ${names}`);
  return parsed;
}

export async function errorOf(response: Response): Promise<ErrorBody['error']> {
  return (await response.json()).error;
}

async function okJson<T>(response: Response): Promise<T> {
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  return response.json();
}

function report(nCtx: number, nSlots: number): ServerReport {
  return {
    adapter: {
      vendor: '',
      architecture: '',
      description: '',
      isFallback: true,
      features: [],
      subgroupSize: 0,
    },
    model: {
      name: 'tiny',
      file: 'tiny.gguf',
      architecture: 'llama',
      fileType: 'F32',
      sizeBytes: 1000,
      nParams: 250,
      nVocab: tokenizer.nVocab,
      nCtxTrain: 512,
      nEmbd: 8,
    },
    draft: null,
    nCtx: nCtx * nSlots,
    nSlots,
    gpuBytes: 0,
    selfTest: null,
    autotune: null,
    warnings: [],
  };
}

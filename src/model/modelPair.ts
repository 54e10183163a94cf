import type {
  DraftedToken,
  FollowedSlot,
  FusedOutput,
  FusedPair,
  VerifiedDrafts,
  VerifyRow,
} from '../forward/drafting.ts';
import type { BatchRow, Candidates, TokenId } from '../forward/forward.ts';
import type { Gpu } from '../gpu/device.ts';
import { type Dispatch, Recorder } from '../gpu/dispatch.ts';
import { chosenToken } from '../gpu/kernels/getRows.ts';
import { accept, fillDraft } from '../gpu/kernels/sampling.ts';
import { readMapped } from '../gpu/readback.ts';
import { assert } from '../util/assert.ts';
import type { Model } from './model.ts';
import type { RunStatePlan } from './runState.ts';
import { StagingRing } from './stagingRing.ts';
import type { CheckKernels } from './tune/checkedPlan.ts';
import { encodeParts, type Work } from './work.ts';

type Sizes = Pick<RunStatePlan, 'kTop' | 'maxOutputs' | 'maxDrafts'>;

/** Sizes of the buffers of a target and its draft model, in bytes: results of a round, and of rounds that follow another. */
function pairSizes(target: Sizes, draft: Sizes) {
  const drafts = 4 * draft.maxOutputs;
  return {
    staging: drafts + 8 * target.kTop * target.maxOutputs,
    following: [0, 1].map(() => drafts + 4 * target.maxOutputs),
    round: 4 * (ROUND_WORDS + target.maxDrafts),
  };
}

/** Size of all buffers of a target and its draft model, in bytes. */
export function pairBytes(target: Sizes, draft: Sizes): number {
  const { staging, following, round } = pairSizes(target, draft);
  return following.reduce((sum, size) => sum + size, staging + round);
}

/** Words of the `round` buffer before the slots, see shaders/accept.wgsl. */
const ROUND_WORDS = 4;

/**
 * Target and draft model on one device. Drafted tokens pass between them without the CPU, so a whole round of speculation is one
 * submit and one readback.
 */
export class ModelPair implements FusedPair {
  readonly #gpu: Gpu;
  readonly #target: Model;
  readonly #draft: Model;
  readonly #fill: readonly Dispatch[];
  readonly #accept: readonly Dispatch[];
  readonly #round: GPUBuffer;
  readonly #staging: GPUBuffer;
  readonly #following: StagingRing;
  /** Draft length and number of slots of the last round. */
  #last = { nDraft: 0, nSlots: 0 };

  private constructor(
    gpu: Gpu,
    target: Model,
    draft: Model,
    kernels: { readonly fill: readonly Dispatch[]; readonly accept: readonly Dispatch[] },
    round: GPUBuffer,
  ) {
    this.#gpu = gpu;
    this.#target = target;
    this.#draft = draft;
    this.#fill = kernels.fill;
    this.#accept = kernels.accept;
    this.#round = round;
    const { MAP_READ, COPY_DST } = GPUBufferUsage;
    const { staging, following } = pairSizes(target.state, draft.state);
    this.#staging = gpu.createBuffer('pair staging', staging, MAP_READ | COPY_DST);
    this.#following = new StagingRing(
      following.map((size, i) => gpu.createBuffer(`pair staging ahead ${i}`, size, MAP_READ | COPY_DST)),
    );
  }

  /**
   * Compiles the kernels that connect the two models, which have to take chosen tokens, and checks them. The device frees them.
   * Throws `shader_error` if one computes wrong results.
   */
  static async create(
    gpu: Gpu,
    target: Model,
    draft: Model,
    check: CheckKernels = async () => [],
  ): Promise<ModelPair> {
    assert(target.takesChosenTokens && draft.takesChosenTokens, 'a pair of models that read rows of tokens');
    const { STORAGE, COPY_DST } = GPUBufferUsage;
    const round = gpu.createBuffer('round', pairSizes(target.state, draft.state).round, STORAGE | COPY_DST);
    const [chosen, steps] = [draft.state.argmax, [draft.state.step, target.state.step]];
    const filling = { spec: fillDraft({ nVocab: target.nVocab }), buffers: [target.state.step, chosen] };
    const accepting = {
      spec: accept({ maxSlots: target.nSlots, nVocab: draft.nVocab, isHead: draft.isHead }),
      buffers: [round, ...steps, chosen, target.state.argmax],
    };
    const recorder = new Recorder(gpu.device, gpu.pipelines);
    const [fill, accepted] = await Promise.all([recorder.prepare([filling]), recorder.prepare([accepting])]);
    const [fault] = await check([filling.spec, accepting.spec]);
    if (fault) throw fault.error;
    return new ModelPair(gpu, target, draft, { fill, accept: accepted }, round);
  }

  async draftAndVerify(
    draftRows: readonly BatchRow[],
    nDraft: number,
    rows: readonly VerifyRow[],
    kind: FusedOutput,
  ): Promise<VerifiedDrafts> {
    return this.#submit([], this.#staging, draftRows, nDraft, rows, kind, 0);
  }

  canFollow(nLastDraft: number, nDraft: number): boolean {
    const { maxRollback } = this.#target;
    return this.#draft.maxRollback === Number.POSITIVE_INFINITY && nLastDraft + 1 + nDraft + 1 <= maxRollback;
  }

  async followUp(slots: readonly FollowedSlot[], nDraft: number): Promise<VerifiedDrafts> {
    const { nDraft: nLastDraft, nSlots } = this.#last;
    const froms = slots.map(({ from }) => from);
    const words = Uint32Array.of(nLastDraft, nSlots, slots.length, nDraft + 1, ...froms);
    this.#gpu.device.queue.writeBuffer(this.#round, 0, words);
    // The kernel writes the tokens that only it knows, and for an MTP head the row with the output.
    const nAgain = this.#draft.isHead ? nLastDraft + 1 : 2;
    const draftRows = slots.flatMap(({ slot, token, position }) =>
      Array.from({ length: nAgain }, (_, i): BatchRow => {
        const back = nAgain - 1 - i;
        return { slot, token: back === 1 ? token : 0, position: position - back, output: back === 0 };
      }),
    );
    const rows = slots.flatMap(({ slot, position }, output) =>
      Array.from({ length: nDraft + 1 }, (_, i): VerifyRow => {
        const token = i === 0 ? 0 : { output, step: i - 1 };
        return { slot, token, position: position + i, output: true };
      }),
    );
    return this.#submit(
      this.#accept,
      this.#following.take(),
      draftRows,
      nDraft,
      rows,
      'argmax',
      nLastDraft + 1,
    );
  }

  /**
   * Submits a round behind the dispatches `begin`, and reads it through `staging`. `nUncertain` positions of the target before its rows
   * may come back.
   */
  async #submit(
    begin: readonly Dispatch[],
    staging: GPUBuffer,
    draftRows: readonly BatchRow[],
    nDraft: number,
    rows: readonly VerifyRow[],
    kind: FusedOutput,
    nUncertain: number,
  ): Promise<VerifiedDrafts> {
    const nDrafts = draftRows.filter(({ output }) => output).length;
    this.#last = { nDraft, nSlots: nDrafts };
    const tokenOf = (token: TokenId | DraftedToken) =>
      typeof token === 'number' ? token : chosenToken(token.step * nDrafts + token.output);
    const drafting = this.#draft.draftWork(draftRows, nDraft, false);
    const verifying = this.#target.forwardWork(
      rows.map(row => ({ ...row, token: tokenOf(row.token) })),
      kind,
      nUncertain,
    );
    const [first = [], ...others] = verifying.parts;
    const lists = [begin, ...drafting.parts.flat(), this.#fill, ...first];
    const encoder = encodeParts(this.#gpu, [lists, ...others]);
    const [drafts, outputs] = await this.#read(encoder, staging, drafting, verifying);
    return { drafts: drafts.map(draft => draft.map(({ token }) => token)), outputs };
  }

  /** Submits with copies of both results, one after the other, waits for them and decodes them. */
  #read<A>(
    encoder: GPUCommandEncoder,
    staging: GPUBuffer,
    drafting: Work<A>,
    verifying: Work<Candidates[]>,
  ): Promise<[A, Candidates[]]> {
    const bytes = drafting.bytes + verifying.bytes;
    assert(bytes <= staging.size, () => `${bytes} bytes of results for ${staging.size}`);
    encoder.copyBufferToBuffer(drafting.source, 0, staging, 0, drafting.bytes);
    encoder.copyBufferToBuffer(verifying.source, 0, staging, drafting.bytes, verifying.bytes);
    this.#gpu.device.queue.submit([encoder.finish()]);
    return readMapped(this.#gpu, staging, bytes, mapped => [
      drafting.decode(new Uint32Array(mapped, 0, drafting.bytes / 4)),
      verifying.decode(new Uint32Array(mapped, drafting.bytes, verifying.bytes / 4)),
    ]);
  }
}

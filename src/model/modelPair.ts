import type { DraftedToken, FusedOutput, FusedPair, VerifiedDrafts, VerifyRow } from '../forward/drafting.ts';
import type { BatchRow, Candidates, TokenId } from '../forward/forward.ts';
import type { Gpu } from '../gpu/device.ts';
import { type Dispatch, Recorder } from '../gpu/dispatch.ts';
import { chosenToken } from '../gpu/kernels/getRows.ts';
import { fillDraft } from '../gpu/kernels/sampling.ts';
import { readMapped } from '../gpu/readback.ts';
import { assert } from '../util/assert.ts';
import type { Model } from './model.ts';
import type { RunStatePlan } from './runState.ts';
import type { CheckKernels } from './tune/checkedPlan.ts';
import { encodeParts, type Work } from './work.ts';

/** Size of the buffer for results of a target and its draft model, in bytes. */
export function pairBytes(
  target: Pick<RunStatePlan, 'kTop' | 'maxOutputs'>,
  draft: Pick<RunStatePlan, 'maxOutputs'>,
): number {
  return 4 * draft.maxOutputs + 8 * target.kTop * target.maxOutputs;
}

/**
 * Target and draft model on one device. Drafted tokens pass between them without the CPU, so a whole round of speculation is one
 * submit and one readback.
 */
export class ModelPair implements FusedPair {
  readonly #gpu: Gpu;
  readonly #target: Model;
  readonly #draft: Model;
  readonly #fill: readonly Dispatch[];
  readonly #staging: GPUBuffer;

  private constructor(gpu: Gpu, target: Model, draft: Model, fill: readonly Dispatch[]) {
    this.#gpu = gpu;
    this.#target = target;
    this.#draft = draft;
    this.#fill = fill;
    this.#staging = gpu.createBuffer(
      'pair staging',
      pairBytes(target.state, draft.state),
      GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    );
  }

  /**
   * Compiles the kernel that connects the two models, and checks it. The device frees it. Throws `shader_error` if it computes
   * wrong results.
   */
  static async create(
    gpu: Gpu,
    target: Model,
    draft: Model,
    check: CheckKernels = async () => [],
  ): Promise<ModelPair> {
    const spec = fillDraft({ nVocab: target.nVocab });
    const fill = await new Recorder(gpu.device, gpu.pipelines).prepare([
      { spec, buffers: [target.state.step, draft.state.argmax] },
    ]);
    const [fault] = await check([spec]);
    if (fault) throw fault.error;
    return new ModelPair(gpu, target, draft, fill);
  }

  async draftAndVerify(
    draftRows: readonly BatchRow[],
    nDraft: number,
    rows: readonly VerifyRow[],
    kind: FusedOutput,
  ): Promise<VerifiedDrafts> {
    const nDrafts = draftRows.filter(({ output }) => output).length;
    const tokenOf = (token: TokenId | DraftedToken) =>
      typeof token === 'number' ? token : chosenToken(token.step * nDrafts + token.output);
    const drafting = this.#draft.draftWork(draftRows, nDraft, false);
    const verifying = this.#target.forwardWork(
      rows.map(row => ({ ...row, token: tokenOf(row.token) })),
      kind,
    );
    const [first = [], ...others] = verifying.parts;
    const lists = [...drafting.parts.flat(), this.#fill, ...first];
    const encoder = encodeParts(this.#gpu, [lists, ...others]);
    const [drafts, outputs] = await this.#read(encoder, drafting, verifying);
    return { drafts: drafts.map(draft => draft.map(({ token }) => token)), outputs };
  }

  /** Submits with copies of both results, one after the other, waits for them and decodes them. */
  #read<A>(
    encoder: GPUCommandEncoder,
    drafting: Work<A>,
    verifying: Work<Candidates[]>,
  ): Promise<[A, Candidates[]]> {
    const bytes = drafting.bytes + verifying.bytes;
    assert(bytes <= this.#staging.size, () => `${bytes} bytes of results for ${this.#staging.size}`);
    encoder.copyBufferToBuffer(drafting.source, 0, this.#staging, 0, drafting.bytes);
    encoder.copyBufferToBuffer(verifying.source, 0, this.#staging, drafting.bytes, verifying.bytes);
    this.#gpu.device.queue.submit([encoder.finish()]);
    return readMapped(this.#gpu, this.#staging, bytes, mapped => [
      drafting.decode(new Uint32Array(mapped, 0, drafting.bytes / 4)),
      verifying.decode(new Uint32Array(mapped, drafting.bytes, verifying.bytes / 4)),
    ]);
  }
}

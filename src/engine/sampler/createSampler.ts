import type { Candidates, OutputKind, TokenId } from '../../forward/forward.ts';
import { TOP_K_MAX } from '../../forward/forward.ts';
import { assertNever } from '../../util/assert.ts';
import { CandidateList } from './candidateList.ts';
import type { Sampler } from './chain.ts';
import { createDist } from './dist.ts';
import { createDry } from './dry.ts';
import { createLogitBias } from './logitBias.ts';
import { createMinP } from './minP.ts';
import { createMirostat, createMirostatV2 } from './mirostat.ts';
import type { SamplerName, SamplerParams } from './params.ts';
import { checkRepeatPenalty, createPenalties } from './penalties.ts';
import type { ChainStage, Selector } from './stage.ts';
import { createTemperature } from './temperature.ts';
import { createTopK } from './topK.ts';
import { createTopNSigma } from './topNSigma.ts';
import { createTopP } from './topP.ts';
import { createTypicalP } from './typicalP.ts';
import { createXtc } from './xtc.ts';

/**
 * Builds llama-server's chain: logit biases, the samplers in the given order, then the draw. With mirostat, temperature and
 * mirostat replace the samplers. Equal logits and an equal seed give llama.cpp's tokens, except for the order of equal logits:
 * llama.cpp leaves that to its sort, this chain orders them by ascending id.
 *
 * Throws `invalid_request` for parameters that no sampler can have.
 */
export function createSampler(params: SamplerParams, nVocab: number): Sampler {
  checkRepeatPenalty(params.repeatPenalty);
  const names = params.mirostat === 0 ? params.samplers : [];
  const stages = [createLogitBias(params.logitBias), ...names.map(name => createStage(name, params))];
  if (params.mirostat !== 0) stages.push(createTemperature({ ...params, dynatempRange: 0 }));

  const active = stages.filter(stage => stage !== null);
  const needs = params.mirostat === 0 ? neededOutput(active) : 'logits';
  return new ChainSampler(active, createSelector(params, nVocab), needs);
}

class ChainSampler implements Sampler {
  readonly needs: OutputKind;
  readonly #stages: readonly ChainStage[];
  readonly #selector: Selector;
  readonly #list = new CandidateList();

  constructor(stages: readonly ChainStage[], selector: Selector, needs: OutputKind) {
    this.#stages = stages;
    this.#selector = selector;
    this.needs = needs;
  }

  accept(token: TokenId): void {
    for (const stage of this.#stages) stage.accept?.(token);
  }

  sample(candidates: Candidates): TokenId {
    const list = this.#list;
    list.load(candidates);
    for (const stage of this.#stages) stage.apply(list);
    return list.ids[this.#selector.select(list)];
  }

  survivors(): readonly { readonly token: TokenId; readonly p: number }[] {
    const { ids, p, size } = this.#list;
    const survivors: { token: TokenId; p: number }[] = [];
    for (let i = 0; i < size; i++) if (p[i] > 0) survivors.push({ token: ids[i], p: p[i] });
    return survivors.sort((a, b) => b.p - a.p || a.token - b.token);
  }
}

function createStage(name: SamplerName, params: SamplerParams): ChainStage | null {
  switch (name) {
    case 'penalties':
      return createPenalties(params);
    case 'dry':
      return createDry(params);
    case 'top_n_sigma':
      return createTopNSigma(params.topNSigma);
    case 'top_k':
      return createTopK(params.topK);
    case 'typ_p':
      return createTypicalP(params.typicalP, params.minKeep);
    case 'top_p':
      return createTopP(params.topP, params.minKeep);
    case 'min_p':
      return createMinP(params.minP, params.minKeep);
    case 'xtc':
      return createXtc(params);
    case 'temperature':
      return createTemperature(params);
    default:
      return assertNever(name);
  }
}

function createSelector(params: SamplerParams, nVocab: number): Selector {
  switch (params.mirostat) {
    case 0:
      return createDist(params.seed);
    case 1:
      return createMirostat(params, nVocab);
    case 2:
      return createMirostatV2(params);
    default:
      return assertNever(params.mirostat);
  }
}

/** Smallest output kind that leads to the same token. Only the stages up to the first one that keeps the few best matter. */
function neededOutput(stages: readonly ChainStage[]): OutputKind {
  let needs: OutputKind = 'logits';
  // Number of best candidates that may fall behind; as many more have to be seen.
  let nLowered = 0;
  let isUncut = true;
  for (const { effect } of stages) {
    switch (effect.kind) {
      case 'reweigh':
        return needs;
      case 'lower':
        nLowered += effect.count;
        break;
      case 'cutTail':
        isUncut = false;
        break;
      case 'keepBest':
        if (effect.count === 1 && nLowered === 0) return 'argmax';
        if ((isUncut || effect.count === 1) && effect.count + nLowered <= TOP_K_MAX) needs = 'topK';
        isUncut = false;
        break;
      default:
        assertNever(effect);
    }
  }
  return needs;
}

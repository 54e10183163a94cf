import { AdaptiveDrafts } from '../engine/adaptive/adaptiveDrafts.ts';
import { GainPacer } from '../engine/adaptive/gainPacer.ts';
import { DraftChain } from '../engine/draftChain.ts';
import { DraftModel } from '../engine/draftModel.ts';
import type { DraftSource } from '../engine/draftSource.ts';
import { NgramDrafts } from '../engine/ngram/ngramDrafts.ts';
import { NgramMapK } from '../engine/ngram/ngramMapK.ts';
import { NgramMapK4v } from '../engine/ngram/ngramMapK4v.ts';
import { NgramMod } from '../engine/ngram/ngramMod.ts';
import { NgramSimple } from '../engine/ngram/ngramSimple.ts';
import { NgramTable } from '../engine/ngram/ngramTable.ts';
import { SuffixDrafts } from '../engine/suffix/suffixDrafts.ts';
import { SuffixMemory } from '../engine/suffix/suffixMemory.ts';
import type { FusedPair, ModelDraftKind } from '../forward/drafting.ts';
import type { ForwardPass } from '../forward/forwardPass.ts';
import type { DraftKind } from '../protocol/completion.ts';
import type { ResolvedOptions, SpecType } from '../protocol/options.ts';
import type { WireOptions, WireSource } from '../protocol/worker.ts';
import { assertNever } from '../util/assert.ts';
import { MODEL_DRAFT_KINDS } from '../util/draftKinds.ts';

/** Kinds in the order in which they are asked: llama.cpp's, with `ngram-suffix` in the place of its `ngram-cache`. */
const PRIORITY: readonly DraftKind[] = [
  'ngram-simple',
  'ngram-map-k',
  'ngram-map-k4v',
  'ngram-mod',
  'ngram-suffix',
  'draft-mtp',
  'draft-eagle3',
  'draft-simple',
];

/** Options with their defaults, and whether there is a draft model. */
export type SpeculationOptions = ResolvedOptions & Pick<WireOptions, 'modelDraft'>;

/** Kinds of models that may draft: those that are requested, or any. */
export function modelKindsOf({
  specType = MODEL_DRAFT_KINDS,
}: SpeculationOptions): readonly ModelDraftKind[] {
  return MODEL_DRAFT_KINDS.filter(kind => specType.includes(kind));
}

/** Requested kinds of speculation, as `speculative.types` lists them. A model that drafts, `drafter`, is enough of a request. */
export function specTypesOf(
  { specType }: SpeculationOptions,
  drafter: ModelDraftKind | null,
): readonly SpecType[] {
  return specType ?? (drafter === null ? [] : [drafter]);
}

/** Requested kinds that are available, in order of priority. */
export function specKindsOf(
  options: SpeculationOptions,
  drafter: ModelDraftKind | null,
): readonly DraftKind[] {
  const types = specTypesOf(options, drafter);
  const isMissing = (kind: DraftKind) => kind !== drafter && MODEL_DRAFT_KINDS.some(other => other === kind);
  return PRIORITY.filter(kind => types.includes(kind) && !isMissing(kind));
}

/** Kind of the model that drafts, as far as the options tell before any file is read. */
export function likelyDrafter(options: SpeculationOptions): ModelDraftKind | null {
  const wanted = modelKindsOf(options);
  if (options.modelDraft !== undefined) return wanted[0] ?? null;
  return options.specType?.includes('draft-mtp') ? 'draft-mtp' : null;
}

/** Whether drafts are accepted at random. */
export function isSynthetic({ specSynthRates, specSynthLen }: ResolvedOptions): boolean {
  return specSynthRates !== undefined || specSynthLen !== undefined;
}

/** Warnings about options that have no effect, or have a side effect. */
export function optionWarnings(options: SpeculationOptions): string[] {
  const warnings: string[] = [];
  if (options.specType?.includes('draft-simple') && options.modelDraft === undefined) {
    warnings.push('draft-simple needs a draft model, and there is none: nothing is drafted by one');
  }
  if (isSynthetic(options)) {
    warnings.push('drafts are accepted at random, for benchmarks: the answers are not those of the model');
  }
  if (options.lookupCache !== undefined && !options.specType?.includes('ngram-suffix')) {
    warnings.push('lookupCache keeps what ngram-suffix learns, which is not in specType: it has no effect');
  }
  return warnings;
}

/** File of the model that is to draft; null if there is none, or if no kind of speculation uses it. */
export function draftOf(options: SpeculationOptions): WireSource | null {
  const { modelDraft = null } = options;
  return modelKindsOf(options).length > 0 ? modelDraft : null;
}

/** Longest draft of a kind. */
export function longestDraft(kind: DraftKind, options: SpeculationOptions): number {
  switch (kind) {
    case 'ngram-simple':
      return options.ngramSimpleSizeM;
    case 'ngram-map-k':
      return options.ngramMapKSizeM;
    case 'ngram-map-k4v':
      return options.ngramMapK4vSizeM;
    case 'ngram-mod':
      return options.ngramModNMax;
    case 'ngram-suffix':
      return options.ngramSuffixNMax;
    case 'draft-simple':
    case 'draft-mtp':
    case 'draft-eagle3':
      return options.draftMax;
    default:
      return assertNever(kind);
  }
}

/** Largest number of output rows in a batch: per slot the pending token and its longest draft. With embeddings, every row. */
export function outputRows(options: SpeculationOptions, kinds: readonly DraftKind[]): number {
  const { nSlots, nBatch, embeddings } = options;
  const longest = Math.max(0, ...kinds.map(kind => longestDraft(kind, options)));
  return Math.max(nSlots * (1 + Math.min(nBatch, longest)), embeddings ? nBatch : 0);
}

/** Loaded model that drafts, and the same with its target. */
export interface LoadedDrafter {
  readonly kind: ModelDraftKind;
  readonly model: ForwardPass;
  readonly pair: FusedPair | null;
}

/** Combines the drafts of all kinds into one source; null without any. `ngram-suffix` learns in `memory`. */
export function createDrafts(
  options: SpeculationOptions,
  drafter: LoadedDrafter | null,
  memory = new SuffixMemory(options.ngramSuffixTokens),
): DraftSource | null {
  const sources = specKindsOf(options, drafter?.kind ?? null).flatMap(kind => {
    const source = createSource(kind, options, drafter, memory);
    if (source === null) return [];
    return [isAdaptive(options) && kind !== 'ngram-suffix' ? new AdaptiveDrafts(source) : source];
  });
  return sources.length > 1 ? new DraftChain(sources) : (sources[0] ?? null);
}

function isAdaptive(options: SpeculationOptions): boolean {
  return options.draftAdaptive && !isSynthetic(options);
}

function createSource(
  kind: DraftKind,
  options: SpeculationOptions,
  drafter: LoadedDrafter | null,
  memory: SuffixMemory,
): DraftSource | null {
  const sizeM = longestDraft(kind, options);
  switch (kind) {
    case 'ngram-simple': {
      const sizes = { sizeN: options.ngramSimpleSizeN, sizeM };
      return new NgramDrafts(kind, sizeM, () => new NgramSimple(sizes));
    }
    case 'ngram-map-k': {
      const sizes = { sizeN: options.ngramMapKSizeN, sizeM };
      return new NgramDrafts(kind, sizeM, () => new NgramMapK(sizes));
    }
    case 'ngram-map-k4v': {
      const sizes = { sizeN: options.ngramMapK4vSizeN, sizeM, minHits: options.ngramMapK4vMinHits };
      return new NgramDrafts(kind, sizeM, () => new NgramMapK4v(sizes));
    }
    case 'ngram-mod': {
      const table = new NgramTable(options.ngramModNMatch);
      const lengths = { nMin: options.ngramModNMin, nMax: sizeM };
      return new NgramDrafts(kind, sizeM, () => new NgramMod(table, lengths));
    }
    case 'ngram-suffix':
      return new SuffixDrafts({
        nMax: sizeM,
        memory,
        pacer: isAdaptive(options) ? new GainPacer() : null,
      });
    case 'draft-simple':
    case 'draft-mtp':
    case 'draft-eagle3':
      return drafter && new DraftModel(drafter.model, drafter.pair, kind);
    default:
      return assertNever(kind);
  }
}

import { AdaptiveDrafts } from '../engine/adaptive/adaptiveDrafts.ts';
import { DraftChain } from '../engine/draftChain.ts';
import { DraftModel } from '../engine/draftModel.ts';
import type { DraftSource } from '../engine/draftSource.ts';
import { NgramDrafts } from '../engine/ngram/ngramDrafts.ts';
import { NgramMapK } from '../engine/ngram/ngramMapK.ts';
import { NgramMod } from '../engine/ngram/ngramMod.ts';
import { NgramSimple } from '../engine/ngram/ngramSimple.ts';
import { NgramTable } from '../engine/ngram/ngramTable.ts';
import type { FusedPair } from '../forward/drafting.ts';
import type { ForwardPass } from '../forward/forwardPass.ts';
import { DEFAULT_N_BATCH, type SpecType } from '../protocol/options.ts';
import type { WireOptions } from '../protocol/worker.ts';
import { DEFAULT_DRAFT_MAX } from '../server/params/completionFields.ts';
import { assertNever } from '../util/assert.ts';

/** A kind of speculation that does something. */
export type SpecKind = Exclude<SpecType, 'none'>;

/** The kinds in the order in which they are asked, which is llama.cpp's. */
const PRIORITY: readonly SpecKind[] = ['ngram-simple', 'ngram-map-k', 'ngram-mod', 'draft-simple'];

/** llama.cpp's lengths of n-grams and drafts. */
export const NGRAM_DEFAULTS = { sizeN: 12, sizeM: 48, nMatch: 24, nMin: 48, nMax: 64 } as const;

/** What is asked for, as `speculative.types` lists it: a draft model alone stands for `draft-simple`. */
export function specTypesOf({ specType, modelDraft }: WireOptions): readonly SpecType[] {
  return specType ?? (modelDraft === undefined ? [] : ['draft-simple']);
}

/** What is asked for and can be had, in order of priority. */
export function specKindsOf(options: WireOptions, hasDraft: boolean): readonly SpecKind[] {
  const types = specTypesOf(options);
  return PRIORITY.filter(kind => types.includes(kind) && (kind !== 'draft-simple' || hasDraft));
}

/** Whether drafts are to be accepted at random. */
export function isSynthetic({ specSynthRates, specSynthLen }: WireOptions): boolean {
  return specSynthRates !== undefined || specSynthLen !== undefined;
}

/** What the options ask for and will not get, or should know of what they get. */
export function optionWarnings(options: WireOptions): string[] {
  const warnings: string[] = [];
  if (specTypesOf(options).includes('draft-simple') && options.modelDraft === undefined) {
    warnings.push('draft-simple needs a draft model, and there is none: nothing is drafted by one');
  }
  if (isSynthetic(options)) {
    warnings.push('drafts are accepted at random, for benchmarks: the answers are not those of the model');
  }
  return warnings;
}

/** Longest draft of a kind. */
export function longestDraft(kind: SpecKind, options: WireOptions): number {
  switch (kind) {
    case 'ngram-simple':
      return options.ngramSimpleSizeM ?? NGRAM_DEFAULTS.sizeM;
    case 'ngram-map-k':
      return options.ngramMapKSizeM ?? NGRAM_DEFAULTS.sizeM;
    case 'ngram-mod':
      return options.ngramModNMax ?? NGRAM_DEFAULTS.nMax;
    case 'draft-simple':
      return options.draftMax ?? DEFAULT_DRAFT_MAX;
    default:
      return assertNever(kind);
  }
}

/**
 * Most output rows of a batch: of each slot the pending token and the longest draft behind it, and every row
 * where hidden states may be wanted.
 */
export function outputRows(options: WireOptions, kinds: readonly SpecKind[]): number {
  const { nSlots = 1, nBatch = DEFAULT_N_BATCH, embeddings = false } = options;
  const longest = Math.max(0, ...kinds.map(kind => longestDraft(kind, options)));
  return Math.max(nSlots * (1 + Math.min(nBatch, longest)), embeddings ? nBatch : 0);
}

/** All of them as one source; null when there is nothing to speculate with. `pair`: the draft model with its target. */
export function createDrafts(
  options: WireOptions,
  draftModel: ForwardPass | null,
  pair: FusedPair | null = null,
): DraftSource | null {
  const sources = specKindsOf(options, draftModel !== null).flatMap(kind => {
    const source = createSource(kind, options, draftModel, pair);
    if (source === null) return [];
    const { draftAdaptive = true } = options;
    return [draftAdaptive && !isSynthetic(options) ? new AdaptiveDrafts(source) : source];
  });
  return sources.length > 1 ? new DraftChain(sources) : (sources[0] ?? null);
}

function createSource(
  kind: SpecKind,
  options: WireOptions,
  draftModel: ForwardPass | null,
  pair: FusedPair | null,
): DraftSource | null {
  const sizeM = longestDraft(kind, options);
  switch (kind) {
    case 'ngram-simple': {
      const sizes = { sizeN: options.ngramSimpleSizeN ?? NGRAM_DEFAULTS.sizeN, sizeM };
      return new NgramDrafts(sizeM, () => new NgramSimple(sizes));
    }
    case 'ngram-map-k': {
      const sizes = { sizeN: options.ngramMapKSizeN ?? NGRAM_DEFAULTS.sizeN, sizeM };
      return new NgramDrafts(sizeM, () => new NgramMapK(sizes));
    }
    case 'ngram-mod': {
      const table = new NgramTable(options.ngramModNMatch ?? NGRAM_DEFAULTS.nMatch);
      const lengths = { nMin: options.ngramModNMin ?? NGRAM_DEFAULTS.nMin, nMax: sizeM };
      return new NgramDrafts(sizeM, () => new NgramMod(table, lengths));
    }
    case 'draft-simple':
      return draftModel && new DraftModel(draftModel, pair);
    default:
      return assertNever(kind);
  }
}

import type { ModelDraftKind } from '../forward/drafting.ts';
import { isHubAddress } from '../hub/hubModel.ts';
import { checkModel, type ModelFile, tensorBytes } from '../model/modelFile.ts';
import type { LoadProgress } from '../protocol/serverReport.ts';
import type { StoreProgress } from '../protocol/store.ts';
import type { WireSource } from '../protocol/worker.ts';
import { type VocabularySpec, vocabularyFrom, vocabularyMismatch } from '../tokenizer/index.ts';
import { ForetokenError } from '../util/errors.ts';
import { chooseDrafter } from './drafter.ts';
import { type OpenedFile, openDirectly, openStoredModel } from './openModel.ts';
import type { SourceAccess } from './openSource.ts';
import type { Resources } from './resources.ts';
import { draftOf, isSynthetic, type SpeculationOptions, specKindsOf } from './speculation.ts';
import { openModelStore } from './storeApi.ts';
import { checkVocabularySize } from './vocabularySize.ts';

/** Model whose header is read and checked, but nothing else. */
export interface OpenedModel {
  readonly role: LoadProgress['model'];
  readonly file: ModelFile;
  /** Ends the reading of the file. */
  readonly close: () => void;
}

/** Target with its vocabulary. */
export interface OpenedTarget extends OpenedModel {
  readonly vocabulary: VocabularySpec;
}

/** Model that drafts. */
export interface OpenedDraft extends OpenedModel {
  readonly kind: ModelDraftKind;
  /** The target's file as this model needs it. */
  readonly target: ModelFile;
}

/** Surroundings of opening models. */
export interface Opening {
  readonly options: SpeculationOptions & SourceAccess & { readonly model: WireSource };
  readonly onProgress: (progress: LoadProgress) => void;
  readonly resources: Resources;
  /** Grows. */
  readonly warnings: string[];
}

/** Opens the target and checks its vocabulary. */
export async function openTarget(opening: Opening): Promise<OpenedTarget> {
  const { gguf, close } = await openFile('target', opening.options.model, opening);
  const file = checkModel(gguf);
  const vocabulary = vocabularyOf(file);
  opening.warnings.push(...vocabulary.warnings);
  return { role: 'target', file, vocabulary, close };
}

/**
 * Opens the draft model or the MTP head, if there is one to be used and it fits the target. If it does not fit and is not required,
 * adds a warning instead.
 */
export async function openDraft(target: OpenedTarget, opening: Opening): Promise<OpenedDraft | null> {
  const { options, warnings } = opening;
  const source = draftOf(options);
  const opened = source === null ? null : await openFile('draft', source, opening);
  try {
    const drafter = chooseDrafter(target.file, opened?.gguf ?? null, options);
    if (drafter === null) {
      if (isHeadMissing(options)) warnings.push(NO_HEAD);
      return null;
    }
    if (drafter.kind === 'draft-simple') checkFit(target, drafter.file);
    return { role: 'draft', ...drafter, close: opened?.close ?? (() => {}) };
  } catch (error) {
    const isMisfit = error instanceof ForetokenError && error.code === 'draft_incompatible';
    if (!isMisfit || options.draftRequired || isSynthetic(options)) throw error;
    warnings.push(error.message);
    return null;
  }
}

const NO_HEAD =
  'draft-mtp needs an MTP head, which the file of the model lacks: nothing drafts; give a file with one as the draft';

/** Whether nothing drafts without an MTP head that is asked for. */
function isHeadMissing(options: SpeculationOptions): boolean {
  return options.specType?.includes('draft-mtp') === true && specKindsOf(options, null).length === 0;
}

function checkFit(target: OpenedTarget, draft: ModelFile): void {
  const mismatch = vocabularyMismatch(target.vocabulary, vocabularyOf(draft));
  if (mismatch === null) return;
  throw new ForetokenError(
    'draft_incompatible',
    `the draft model does not fit the target: ${mismatch}; use a draft with the target's tokenizer, or none`,
  );
}

function vocabularyOf(file: ModelFile): VocabularySpec {
  const vocabulary = vocabularyFrom(file.gguf.metadata);
  checkVocabularySize(file, vocabulary.tokens.length);
  return vocabulary;
}

async function openFile(
  role: OpenedModel['role'],
  source: WireSource,
  { options, onProgress, resources, warnings }: Opening,
): Promise<OpenedFile> {
  onProgress({ model: role, phase: 'header', loadedBytes: 0, totalBytes: 0 });
  const onDownload = (download: StoreProgress) => {
    const { loadedBytes, totalBytes } = download;
    onProgress({ model: role, phase: 'download', loadedBytes, totalBytes: totalBytes ?? 0, download });
  };
  const isRepository = typeof source === 'string' && isHubAddress(source) && !source.endsWith('.gguf');
  const wantsHead = role === 'draft' && isRepository && options.specType?.includes('draft-mtp');
  const access = wantsHead ? { ...options, sidecar: 'preferred' as const } : options;
  const opened = resources.use(
    options.store
      ? await openStoredModel(source, access, openModelStore, onDownload, warnings)
      : await openDirectly(source, access),
  );
  onProgress({ model: role, phase: 'header', loadedBytes: 0, totalBytes: tensorBytes(opened.gguf) });
  return opened;
}

import type { ModelDraftKind } from '../forward/drafting.ts';
import type { GgufFile } from '../gguf/index.ts';
import { checkModel, checkMtp, hasMtpHead, isMtpSidecar, type ModelFile } from '../model/modelFile.ts';
import { ForetokenError } from '../util/errors.ts';
import { modelKindsOf, type SpeculationOptions } from './speculation.ts';

/** Model that drafts: a draft model, or an MTP head. */
export interface Drafter {
  readonly kind: ModelDraftKind;
  readonly file: ModelFile;
}

/**
 * Chooses what drafts from the target's file and the file of `modelDraft`, if that is given: an MTP head in the latter if it holds
 * nothing else or a head is asked for, else a draft model; without one, the MTP head in the target's file. Null if there is none, or
 * none is to be used.
 *
 * @throws ForetokenError as `checkModel` and `checkMtp` do
 */
export function chooseDrafter(
  target: ModelFile,
  modelDraft: GgufFile | null,
  options: SpeculationOptions,
): Drafter | null {
  const wanted = modelKindsOf(options);
  const usesHeads = wanted.includes('draft-mtp');
  if (modelDraft === null) return usesHeads && hasMtpHead(target.gguf) ? mtp(target.gguf, target) : null;
  const isHead = isMtpSidecar(modelDraft) || !wanted.includes('draft-simple');
  if (!usesHeads || !isHead) return { kind: 'draft-simple', file: checkModel(modelDraft) };
  if (hasMtpHead(modelDraft)) return mtp(modelDraft, target);
  throw new ForetokenError(
    'draft_incompatible',
    `${modelDraft.source.name} has no MTP head, which draft-mtp asks for; give a file with one, or use draft-simple`,
  );
}

function mtp(gguf: GgufFile, target: ModelFile): Drafter {
  return { kind: 'draft-mtp', file: checkMtp(gguf, target) };
}

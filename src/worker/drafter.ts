import type { ModelDraftKind } from '../forward/drafting.ts';
import type { GgufFile } from '../gguf/index.ts';
import {
  checkEagle3,
  checkModel,
  checkMtp,
  hasMtpHead,
  isEagle3,
  isMtpSidecar,
  keepingStates,
  type ModelFile,
} from '../model/modelFile.ts';
import { ForetokenError } from '../util/errors.ts';
import { modelKindsOf, type SpeculationOptions } from './speculation.ts';

/** Model that drafts: a draft model, an MTP head, or an EAGLE-3 draft. */
export interface Drafter {
  readonly kind: ModelDraftKind;
  readonly file: ModelFile;
  /** Target as this drafter needs it. */
  readonly target: ModelFile;
}

/**
 * Chooses what drafts from the target's file and the file of `modelDraft`, if that is given: an EAGLE-3 draft or an MTP head in the
 * latter if it holds nothing else or a head is asked for, else a draft model; without one, the MTP head in the target's file. Null if
 * there is none, or none is to be used.
 *
 * @throws ForetokenError as `checkModel`, `checkMtp` and `checkEagle3` do
 */
export function chooseDrafter(
  target: ModelFile,
  modelDraft: GgufFile | null,
  options: SpeculationOptions,
): Drafter | null {
  const wanted = modelKindsOf(options);
  const usesHeads = wanted.includes('draft-mtp');
  if (modelDraft === null) return usesHeads && hasMtpHead(target.gguf) ? mtp(target.gguf, target) : null;
  const { name } = modelDraft.source;
  if (wanted.includes('draft-eagle3')) {
    if (isEagle3(modelDraft)) return reading('draft-eagle3', checkEagle3(modelDraft, target), target);
    if (wanted.length === 1) fail(`${name} is no EAGLE-3 draft, which draft-eagle3 asks for`);
  }
  const isHead = isMtpSidecar(modelDraft) || !wanted.includes('draft-simple');
  if (!usesHeads || !isHead) return { kind: 'draft-simple', file: checkModel(modelDraft), target };
  if (hasMtpHead(modelDraft)) return mtp(modelDraft, target);
  return fail(`${name} has no MTP head, which draft-mtp asks for; give a file with one, or use draft-simple`);
}

function fail(message: string): never {
  throw new ForetokenError('draft_incompatible', message);
}

function mtp(gguf: GgufFile, target: ModelFile): Drafter {
  return reading('draft-mtp', checkMtp(gguf, target), target);
}

/** Drafter that reads states of the target. */
function reading(kind: ModelDraftKind, file: ModelFile, target: ModelFile): Drafter {
  return { kind, file, target: keepingStates(target, file) };
}

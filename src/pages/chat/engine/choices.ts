import type { LoadProgress, ModelFiles, ModelSource } from '../../../client/index.ts';
import type { ModelNames } from '../conversation/answerRequest.ts';

export type Role = LoadProgress['model'];

/** Source of a model; only a draft may be none. */
export type ModelChoice =
  | { readonly kind: 'bundled' }
  /** One file, or all parts of a split model. */
  | { readonly kind: 'files'; readonly files: Exclude<ModelFiles, string> }
  /** Address of a file, or `hf:ORG/NAME:TYPE`. */
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'none' };

/** Models that are loaded together. */
export interface ModelChoices extends Readonly<Record<Role, ModelChoice>> {
  /** Context with which they fit, where the one of the settings is too long; else null. */
  readonly nCtx: number | null;
}

/** Addresses of the bundled models, relative to the page. */
export const BUNDLED_ADDRESS: Readonly<Record<Role, string>> = {
  target: 'models/foretoken-stories-moe-q4_0.gguf',
  draft: 'models/foretoken-stories-draft-q4_0.gguf',
};

/** MTP head of the bundled target, which can draft in place of the draft model. */
export const BUNDLED_HEAD_ADDRESS = 'models/foretoken-stories-mtp-q8_0.gguf';

export const BUNDLED_PAIR: ModelChoices = {
  target: { kind: 'bundled' },
  draft: { kind: 'bundled' },
  nCtx: null,
};

/** Choice of an address or files; null is none. */
export function choiceOf(role: Role, model: ModelFiles | null): ModelChoice {
  if (model === null) return { kind: 'none' };
  if (typeof model !== 'string') return { kind: 'files', files: model };
  return model === BUNDLED_ADDRESS[role] ? { kind: 'bundled' } : { kind: 'url', url: model };
}

/** Source that `createServer` loads for a choice. */
export function sourceOf(role: Role, choice: ModelChoice): ModelFiles | null {
  switch (choice.kind) {
    case 'bundled':
      return BUNDLED_ADDRESS[role];
    case 'files':
      return choice.files;
    case 'url':
      return choice.url;
    case 'none':
      return null;
  }
}

/** Names of the chosen models, by which two choices are compared. */
export function modelNames({ target, draft }: ModelChoices): ModelNames {
  return { target: nameOf('target', target) ?? '', draft: nameOf('draft', draft) };
}

function nameOf(role: Role, choice: ModelChoice): string | null {
  const source = sourceOf(role, choice);
  return source === null || typeof source === 'string' ? source : [source].flat().map(partName).join(', ');
}

function partName(part: ModelSource): string {
  if (typeof part === 'string') return part;
  return part instanceof File ? part.name : 'a file';
}

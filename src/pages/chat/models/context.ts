import type { ModelFiles } from '../../../client/index.ts';
import type { ModelsEffects } from './effects.ts';
import type { ModelsAction, ModelsState } from './state.ts';

/** Loads models; `nCtx` is there if only a smaller context than that of the settings fits. */
export type OnLoad = (target: ModelFiles, draft: ModelFiles | null, nCtx?: number) => void;

/** Props of every component of the library. */
export interface LibraryContext {
  readonly state: ModelsState;
  readonly effects: ModelsEffects;
  readonly dispatch: (action: ModelsAction) => void;
  readonly onLoad: OnLoad;
  /** Context of the settings; absent for the default. */
  readonly nCtx?: number | undefined;
  /** Address of the loaded target; null if it came from files, or none is loaded. */
  readonly loaded: string | null;
}

import type { LibraryContext } from './context.ts';
import { sortFiles } from './localModels.ts';
import { LOCAL_KEY } from './state.ts';

/** Shows files as models of this computer, in place of those before. */
export function takeFiles(
  files: readonly File[],
  { effects, dispatch }: Pick<LibraryContext, 'effects' | 'dispatch'>,
): void {
  if (files.length === 0) return;
  effects.fits.forget(LOCAL_KEY);
  dispatch({ type: 'local', local: sortFiles(files) });
}

import type { Context } from '../context.ts';
import { ModelPanel } from './ModelPanel.tsx';
import { StoredPanel } from './StoredPanel.tsx';

/** Choice of the models, and those that the browser keeps. */
export function ModelLibrary(context: Context) {
  return (
    <>
      <ModelPanel {...context} />
      <StoredPanel {...context} />
    </>
  );
}

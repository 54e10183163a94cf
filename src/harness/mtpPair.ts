import { openSource, readGguf, writeGguf } from '../gguf/index.ts';
import { dampedLayers } from '../reference/dampedLayers.ts';
import { shallowMtp } from '../reference/randomMtp.ts';

/** Factor of the layers' outputs: with it, models of random weights accept some of what a shallow head drafts, and reject some. */
export const DAMPING = 0.1;

/** Makes of a model of the zoo a target, whose layers are damped, and the sidecar of an MTP head that drafts for it. */
export async function mtpPair(file: Blob): Promise<{ readonly model: Blob; readonly modelDraft: Blob }> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const gguf = await readGguf(await openSource(bytes));
  return {
    model: new Blob([dampedLayers(gguf, bytes, DAMPING)]),
    modelDraft: new Blob([writeGguf(shallowMtp(gguf))]),
  };
}

import { createServer } from 'foretoken';
import { openGguf } from 'foretoken/gguf';

/** Completes a prompt with the bundled pair, which the page's server has under /models. */
export async function answer() {
  const draft = await openGguf('/models/foretoken-stories-draft-q4_0.gguf');
  if (draft.tensors.size === 0) throw new Error('the draft has no tensors');
  const server = await createServer({
    model: '/models/foretoken-stories-moe-q4_0.gguf',
    modelDraft: '/models/foretoken-stories-draft-q4_0.gguf',
    nCtx: 256,
  });
  const prompt = 'I believe the meaning of life is';
  const { content } = await server.completion({ prompt, n_predict: 6, temperature: 0 });
  await server.close();
  return content;
}

import { createServer } from 'foretoken';

/** Completes a prompt with the bundled pair, which the page's server has under /models. */
export async function answer() {
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

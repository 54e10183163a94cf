import type { JsonObject } from '../http/json.ts';

/** Embedding of one prompt. */
export interface Embedding {
  readonly nTokens: number;
  /** One vector if pooled, otherwise one per token. */
  readonly vectors: readonly Float32Array[];
}

/** llama-server's own response: a list of vectors for each prompt. */
export function nativeBody(embeddings: readonly Embedding[]): readonly JsonObject[] {
  return embeddings.map(({ vectors }, index) => ({
    index,
    embedding: vectors.map(vector => Array.from(vector)),
  }));
}

/** OpenAI's response to `POST /v1/embeddings`: one vector for each prompt. */
export function openAiBody(embeddings: readonly Embedding[], model: string, base64: boolean): JsonObject {
  const nTokens = embeddings.reduce((sum, embedding) => sum + embedding.nTokens, 0);
  return {
    model,
    object: 'list',
    usage: { prompt_tokens: nTokens, total_tokens: nTokens },
    data: embeddings.map(({ vectors: [vector] }, index) => ({
      embedding: base64 ? toBase64(vector) : Array.from(vector),
      index,
      object: 'embedding',
      ...(base64 && { encoding_format: 'base64' }),
    })),
  };
}

/** Encodes the float32 values, little-endian. */
function toBase64(vector: Float32Array): string {
  const view = new DataView(new ArrayBuffer(4 * vector.length));
  for (const [i, value] of vector.entries()) view.setFloat32(4 * i, value, true);
  return btoa(Array.from(new Uint8Array(view.buffer), byte => String.fromCharCode(byte)).join(''));
}

/** Paths of the server outside of `/v1/`. */
const PATHS: ReadonlySet<string> = new Set([
  ...['/health', '/models', '/props', '/metrics', '/slots', '/lora-adapters'],
  ...['/completion', '/completions', '/infill', '/apply-template'],
  ...['/chat/completions', '/chat/completions/input_tokens', '/responses', '/responses/input_tokens'],
  ...['/embedding', '/embeddings', '/rerank', '/reranking', '/tokenize', '/detokenize'],
  ...['/tools', '/cors-proxy'],
]);

/**
 * Whether a path of an origin is the server's. `/models/` is left to the origin, because there the files of models may lie; so a
 * model is described at `/v1/models/` only.
 */
export function isServerPath(path: string): boolean {
  return path.startsWith('/v1/') || /^\/slots\/[^/]+$/.test(path) || PATHS.has(path);
}

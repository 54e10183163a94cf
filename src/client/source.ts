import type { DigestedSource, ModelFiles, ModelSource, ServerOptions } from '../protocol/options.ts';
import type { WireFile, WireOptions, WireSource } from '../protocol/worker.ts';
import { ForetokenError } from '../util/errors.ts';
import { wrongKind } from './arguments.ts';

/** Options in a form that the worker can read. Throws `invalid_option`. */
export function wireOptions({ model, modelDraft, ...rest }: ServerOptions): WireOptions {
  for (const [name, value] of Object.entries(rest)) checkSendable(name, value);
  return {
    ...rest,
    model: wireSource(model, 'model'),
    ...(modelDraft === undefined ? {} : { modelDraft: wireSource(modelDraft, 'modelDraft') }),
  };
}

/** Throws `invalid_option` for what no message can carry, such as a function. What else is wrong the worker says. */
function checkSendable(name: string, value: unknown): void {
  try {
    structuredClone(value);
  } catch {
    throw wrongKind(name, 'a value that can be sent to the worker', value);
  }
}

/** Model in a form that the worker can read. Throws `invalid_option`; `option` is the name in the message. */
export function wireSource(model: ModelFiles, option: string): WireSource {
  if (!isList(model)) return wireFile(model, option);
  if (model.length > 0) return model.map((file, i) => wireFile(file, `${option}[${i}]`));
  throw new ForetokenError(
    'invalid_option',
    `${option} is an empty list; give the parts of a model, or one file`,
  );
}

function isList(model: ModelFiles): model is readonly ModelSource[] {
  return Array.isArray(model);
}

/**
 * Resolves a URL here, because the worker's base address differs from the page's; `hf:` is a scheme of its own, which the worker
 * reads. Bytes become a Blob, which is transferred without a copy and stays outside the JS heap.
 */
function wireFile(source: ModelSource, option: string): WireFile {
  if (source instanceof Blob) return source;
  if (source instanceof ArrayBuffer) return blobOf(new Uint8Array(source));
  if (source instanceof Uint8Array) return blobOf(source);
  if (source instanceof URL) return source.href;
  if (typeof source === 'string') return absolute(source, option);
  if (typeof source === 'object' && source !== null && 'url' in source) return digested(source, option);
  const expected =
    'a URL, { url, sha256 }, a Blob or File, a Uint8Array or an ArrayBuffer, or a list of them';
  throw wrongKind(option, expected, source);
}

/** A Blob copies its input itself, but does not accept shared or resizable memory, so copy that first. */
function blobOf(bytes: Uint8Array): Blob {
  const { buffer, byteOffset, byteLength } = bytes;
  const isFixed = buffer instanceof ArrayBuffer && !('resizable' in buffer && buffer.resizable);
  return new Blob([isFixed ? new Uint8Array(buffer, byteOffset, byteLength) : bytes.slice()]);
}

function digested({ url, sha256 }: DigestedSource, option: string): WireFile {
  if (typeof sha256 === 'string' && /^[0-9a-f]{64}$/i.test(sha256)) {
    return { url: absolute(String(url), `${option}.url`), sha256: sha256.toLowerCase() };
  }
  throw new ForetokenError(
    'invalid_option',
    `${option}.sha256 must be 64 hexadecimal digits; got ${JSON.stringify(sha256) ?? typeof sha256}`,
  );
}

function absolute(address: string, option: string): string {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  if (address === '' || !URL.canParse(address, base)) {
    throw new ForetokenError('invalid_option', `${option} is not a URL: ${JSON.stringify(address)}`);
  }
  return new URL(address, base).href;
}

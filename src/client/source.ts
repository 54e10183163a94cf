import type { ModelFiles, ModelSource } from '../protocol/options.ts';
import type { WireFile, WireSource } from '../protocol/worker.ts';
import { ForetokenError } from '../util/errors.ts';

/** The model as the worker can read it. Throws `invalid_option`; `option` is the name the message gives. */
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
 * A URL is resolved here, against the page: the worker's own address is another one. Bytes become a Blob, which is handed
 * over without a copy and stays outside the JS heap.
 */
function wireFile(source: ModelSource, option: string): WireFile {
  if (source instanceof Blob) return source;
  if (source instanceof ArrayBuffer) return blobOf(new Uint8Array(source));
  if (source instanceof Uint8Array) return blobOf(source);
  if (source instanceof URL) return source.href;
  if (typeof source === 'string') return absolute(source, option);
  throw new ForetokenError(
    'invalid_option',
    `${option} must be a URL, a Blob or File, a Uint8Array or an ArrayBuffer, or a list of them; got ${describe(source)}`,
  );
}

/** A Blob takes a copy by itself; only memory that is shared or may be resized has to be copied for it. */
function blobOf(bytes: Uint8Array): Blob {
  const { buffer, byteOffset, byteLength } = bytes;
  const isFixed = buffer instanceof ArrayBuffer && !('resizable' in buffer && buffer.resizable);
  return new Blob([isFixed ? new Uint8Array(buffer, byteOffset, byteLength) : bytes.slice()]);
}

function absolute(address: string, option: string): string {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  if (address === '' || !URL.canParse(address, base)) {
    throw new ForetokenError('invalid_option', `${option} is not a URL: ${JSON.stringify(address)}`);
  }
  return new URL(address, base).href;
}

function describe(value: unknown): string {
  return value === null ? 'null' : typeof value;
}

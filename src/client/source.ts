import type { ModelSource } from '../protocol/options.ts';
import type { WireSource } from '../protocol/worker.ts';
import { ForetokenError } from '../util/errors.ts';

/**
 * The source as the worker can read it. A URL is resolved here, against the page: the worker's own address is
 * another one. Bytes become a Blob, which is handed over without a copy and stays outside the JS heap.
 * Throws `invalid_option`; `option` is the name the message gives.
 */
export function wireSource(source: ModelSource, option: string): WireSource {
  if (source instanceof Blob) return source;
  if (source instanceof ArrayBuffer) return blobOf(new Uint8Array(source));
  if (source instanceof Uint8Array) return blobOf(source);
  if (source instanceof URL) return source.href;
  if (typeof source === 'string') return absolute(source, option);
  throw new ForetokenError(
    'invalid_option',
    `${option} must be a URL, a Blob or File, a Uint8Array or an ArrayBuffer; got ${describe(source)}`,
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

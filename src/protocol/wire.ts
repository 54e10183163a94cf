import type { WireError } from '../util/errors.ts';

/** File of a model that survives structured cloning: an absolute URL, or bytes that the browser keeps outside the JS heap. */
export type WireFile = string | Blob | DigestedUrl;

/** File at an absolute URL whose content must have a SHA-256, in 64 hexadecimal digits. */
export interface DigestedUrl {
  readonly url: string;
  readonly sha256: string;
}

/** Model: one file, or the parts of a split one. */
export type WireSource = WireFile | readonly WireFile[];

/** Result of a call. Comlink rebuilds a thrown error as a plain `Error`; this keeps its class and code. */
export type Outcome<T> =
  | { readonly kind: 'ok'; readonly value: T }
  | { readonly kind: 'error'; readonly error: WireError };

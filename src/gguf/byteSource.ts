import { assert } from '../util/assert.ts';
import { ForetokenError } from '../util/errors.ts';

/** Random access to the bytes of a file, wherever it is. */
export interface ByteSource {
  /** File name, for messages. */
  readonly name: string;
  readonly sizeBytes: number;
  /**
   * Reads exactly `length` bytes from `offset`; the range must lie within the file. The result may be a view of foreign memory,
   * so do not write to it.
   *
   * @throws ForetokenError `fetch_failed`, or `aborted` when `signal` is
   */
  read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array>;
}

/** Checks at the start of every `read`: throws for a range outside the file, and if `signal` has fired. */
export function checkRead(
  source: ByteSource,
  offset: number,
  length: number,
  signal: AbortSignal | undefined,
): void {
  assert(
    offset >= 0 && length >= 0 && offset + length <= source.sizeBytes,
    () => `read of ${length} bytes at ${offset} of a file of ${source.sizeBytes}`,
  );
  throwIfAborted(source.name, signal);
}

export function throwIfAborted(name: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new ForetokenError('aborted', `${name}: reading was aborted`);
}

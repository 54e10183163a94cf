import type { Chunks } from './chunks.ts';
import { chunkCount, chunkRange } from './entry.ts';
import type { StoreHost } from './host.ts';
import {
  brokenOff,
  type Piece,
  RangesUnusable,
  type Remote,
  requestPiece,
  SourceChanged,
  sameVersion,
} from './request.ts';
import { Retries } from './retries.ts';

/** Connections at once. */
const CONNECTIONS = 4;
/** Most chunks of one request. */
const MAX_RUN = 16;

/** Transport of the missing chunks. */
export interface Transport {
  readonly chunks: Chunks;
  readonly remote: Remote;
  readonly pause: StoreHost['pause'];
  readonly signal: AbortSignal;
  /** Called with the change in bytes that have come for chunks that are not there yet. */
  readonly onPartial: (bytes: number) => void;
}

/** Fetches the missing chunks: in ranges over several connections, or with the whole file if the server knows no ranges. */
export async function fetchMissing(transport: Transport): Promise<void> {
  if (transport.chunks.record.sizeBytes !== null) {
    try {
      return await fetchRanges(transport);
    } catch (error) {
      if (!(error instanceof RangesUnusable)) throw error;
    }
  }
  await fetchWhole(transport);
}

async function fetchRanges(transport: Transport): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([transport.signal, stop.signal]);
  const taken = new Set<number>();
  let answered: () => void = () => {};
  const isAnswered = new Promise<void>(resolve => {
    answered = resolve;
  });
  const connect = async () => {
    try {
      for (
        let run = takeRun(transport.chunks, taken);
        run.length > 0;
        run = takeRun(transport.chunks, taken)
      ) {
        await fetchRun(run, { ...transport, signal }, answered).finally(() => {
          for (const chunk of run) taken.delete(chunk);
        });
      }
    } catch (error) {
      stop.abort(error);
      throw error;
    }
  };
  // The first answer shows whether the server knows ranges.
  const first = connect();
  await Promise.race([first, isAnswered]);
  await Promise.allSettled([first, ...Array.from({ length: CONNECTIONS - 1 }, connect)]);
  signal.throwIfAborted();
}

/** Takes the first missing chunks in a row that no other connection has. Runs become shorter near the end, so that all end together. */
function takeRun(chunks: Chunks, taken: Set<number>): number[] {
  const count = chunkCount(chunks.record);
  const isFree = (chunk: number) => chunk < count && !chunks.has(chunk) && !taken.has(chunk);
  let first = 0;
  while (first < count && !isFree(first)) first++;
  const most = Math.min(Math.ceil((count - first) / (2 * CONNECTIONS)), MAX_RUN);
  const run: number[] = [];
  for (let chunk = first; run.length < most && isFree(chunk); chunk++) run.push(chunk);
  for (const chunk of run) taken.add(chunk);
  return run;
}

/** Fetches chunks in a row. A lost connection goes on after the last byte that came. */
async function fetchRun(run: readonly number[], transport: Transport, onAnswer: () => void): Promise<void> {
  const { chunks, remote, signal } = transport;
  const { to } = chunkRange(chunks.record, run[run.length - 1]);
  const filling = new Filling(transport, run[0]);
  try {
    await retrying(transport, async onBytes => {
      if (filling.at === to) return;
      const piece = await requestPiece(remote, { from: filling.at, to }, signal);
      try {
        checkPiece(chunks, piece);
        onAnswer();
        for await (const bytes of piece.bytes) {
          if (filling.at + bytes.byteLength > to) throw new RangesUnusable('more bytes came than asked for');
          await filling.push(bytes);
          onBytes();
        }
      } finally {
        await piece.bytes.return();
      }
      if (filling.at < to) throw new Error(`the connection ended ${to - filling.at} bytes early`);
    });
  } finally {
    filling.drop();
  }
}

/** Throws unless the bytes are of the range asked for and of the version that is there. */
function checkPiece({ record }: Chunks, piece: Piece): void {
  if (piece.kind === 'whole') {
    // A page may stand before the network for a while, such as the login of a train.
    if (piece.isPage) throw new Error('a page came instead of the file');
    throw new RangesUnusable('the server ignores ranges');
  }
  if (piece.sizeBytes !== null && piece.sizeBytes !== record.sizeBytes) {
    throw new SourceChanged(`the file has ${piece.sizeBytes} bytes and had ${record.sizeBytes}`);
  }
  if (!sameVersion(piece.version, record.version)) throw new SourceChanged('the file has another version');
}

/** Fetches the whole file, and takes from it what is missing. After a lost connection it begins again. */
async function fetchWhole(transport: Transport): Promise<void> {
  const { chunks, remote, signal } = transport;
  const { record } = chunks;
  await retrying(transport, async onBytes => {
    const piece = await requestPiece(remote, null, signal);
    const filling = new Filling(transport, 0);
    try {
      if (!sameVersion(piece.version, record.version))
        throw new SourceChanged('the file has another version');
      for await (const bytes of piece.bytes) {
        const stored = chunks.storedBytes;
        if (record.sizeBytes !== null && filling.at + bytes.byteLength > record.sizeBytes) {
          throw new SourceChanged(`more bytes came than the ${record.sizeBytes} of the file`);
        }
        await filling.push(bytes);
        if (chunks.storedBytes > stored) onBytes();
      }
      if (record.sizeBytes !== null && filling.at < record.sizeBytes) {
        throw new Error(`the connection ended ${record.sizeBytes - filling.at} bytes early`);
      }
      await filling.end();
    } finally {
      filling.drop();
      await piece.bytes.return();
    }
    if (record.sizeBytes === null) chunks.endAt(filling.at);
  });
}

/** Repeats `attempt` after failures that may pass; it calls its argument when it has got further. */
async function retrying(
  { chunks, remote, pause, signal }: Transport,
  attempt: (onBytes: () => void) => Promise<void>,
): Promise<void> {
  const retries = new Retries(pause, signal, error => brokenOff(remote.url, chunks.storedBytes, error));
  for (;;) {
    try {
      return await attempt(() => retries.progressed());
    } catch (error) {
      await retries.failed(error);
    }
  }
}

/** Collects bytes that come in order into chunks. */
class Filling {
  /** Place of the next byte in the file. */
  at: number;
  readonly #chunks: Chunks;
  readonly #onPartial: (bytes: number) => void;
  readonly #chunkBytes: number;
  readonly #buffer: Uint8Array<ArrayBuffer>;
  #filled = 0;
  /** Bytes of a missing chunk that `onPartial` has been told. */
  #counted = 0;

  constructor({ chunks, onPartial }: Pick<Transport, 'chunks' | 'onPartial'>, chunk: number) {
    this.#chunks = chunks;
    this.#onPartial = onPartial;
    this.#chunkBytes = chunks.record.chunkBytes;
    this.#buffer = new Uint8Array(this.#chunkBytes);
    this.at = chunk * this.#chunkBytes;
  }

  async push(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.byteLength > 0; ) {
      const chunk = Math.floor(this.at / this.#chunkBytes);
      const { to } = chunkRange(this.#chunks.record, chunk);
      const taken = rest.subarray(0, to - this.at);
      rest = rest.subarray(taken.byteLength);
      this.at += taken.byteLength;
      this.#buffer.set(taken, this.#filled);
      this.#filled += taken.byteLength;
      if (!this.#chunks.has(chunk)) this.#count(taken.byteLength);
      if (this.at === to) await this.#put(chunk);
    }
  }

  /** Stores the last chunk of a file whose size was not known. */
  async end(): Promise<void> {
    if (this.#filled > 0) await this.#put(Math.floor(this.at / this.#chunkBytes));
  }

  /** Gives up the chunk that is not full. */
  drop(): void {
    this.#filled = 0;
    this.#count(-this.#counted);
  }

  #count(bytes: number): void {
    this.#counted += bytes;
    this.#onPartial(bytes);
  }

  async #put(chunk: number): Promise<void> {
    await this.#chunks.put(chunk, this.#buffer.subarray(0, this.#filled));
    this.drop();
  }
}

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

/** Most connections at once. */
const MAX_CONNECTIONS = 4;
/** Time over which the speed of one more connection is measured, and the gain for which a further one is opened. */
const TRIAL_MS = 500;
const MIN_GAIN = 1.1;
/** Most chunks of one request. */
const MAX_RUN = 4;

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
  let receivedBytes = 0;
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
        const onBytes = (bytes: number) => {
          receivedBytes += bytes;
          answered();
        };
        await fetchRun(run, { ...transport, signal }, onBytes).finally(() => {
          for (const chunk of run) taken.delete(chunk);
        });
      }
    } catch (error) {
      stop.abort(error);
      throw error;
    }
  };
  // The first bytes show whether the server knows ranges.
  const connections = [connect()];
  await Promise.race([connections[0], isAnswered]);
  const trial = async () => {
    const before = receivedBytes;
    await Promise.race([Promise.allSettled(connections), transport.pause(TRIAL_MS, signal).catch(() => {})]);
    return receivedBytes - before;
  };
  // More connections cost more, and help where one does not fill the line.
  for (let speed = await trial(); connections.length < MAX_CONNECTIONS && speed > 0; ) {
    connections.push(connect());
    const faster = await trial();
    if (faster < speed * MIN_GAIN) break;
    speed = faster;
  }
  await Promise.allSettled(connections);
  signal.throwIfAborted();
}

/** Takes the first missing chunks in a row that no other connection has. Runs become shorter near the end, so that all end together. */
function takeRun(chunks: Chunks, taken: Set<number>): number[] {
  const count = chunkCount(chunks.record);
  const isFree = (chunk: number) => chunk < count && !chunks.has(chunk) && !taken.has(chunk);
  let first = 0;
  while (first < count && !isFree(first)) first++;
  const most = Math.min(Math.ceil((count - first) / (2 * MAX_CONNECTIONS)), MAX_RUN);
  const run: number[] = [];
  for (let chunk = first; run.length < most && isFree(chunk); chunk++) run.push(chunk);
  for (const chunk of run) taken.add(chunk);
  return run;
}

/** Fetches chunks in a row. A lost connection goes on after the last byte that came. */
async function fetchRun(
  run: readonly number[],
  transport: Transport,
  onReceived: (bytes: number) => void,
): Promise<void> {
  const { chunks, remote, signal } = transport;
  const { to } = chunkRange(chunks.record, run[run.length - 1]);
  const filling = new Filling(transport, run[0]);
  try {
    await retrying(transport, async onBytes => {
      if (filling.at === to) return;
      const piece = await requestPiece(remote, { from: filling.at, to }, signal);
      try {
        checkPiece(chunks, piece);
        for await (const bytes of piece.bytes) {
          if (filling.at + bytes.byteLength > to) throw new RangesUnusable('more bytes came than asked for');
          filling.push(bytes);
          onBytes();
          onReceived(bytes.byteLength);
        }
      } finally {
        piece.leave();
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
        filling.push(bytes);
        if (chunks.storedBytes > stored) onBytes();
      }
      if (record.sizeBytes !== null && filling.at < record.sizeBytes) {
        throw new Error(`the connection ended ${record.sizeBytes - filling.at} bytes early`);
      }
      filling.end();
    } finally {
      filling.drop();
      piece.leave();
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
  #buffer: Uint8Array<ArrayBuffer>;
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

  push(bytes: Uint8Array): void {
    for (let rest = bytes; rest.byteLength > 0; ) {
      const chunk = Math.floor(this.at / this.#chunkBytes);
      const { to } = chunkRange(this.#chunks.record, chunk);
      const taken = rest.subarray(0, to - this.at);
      rest = rest.subarray(taken.byteLength);
      this.at += taken.byteLength;
      this.#buffer.set(taken, this.#filled);
      this.#filled += taken.byteLength;
      if (!this.#chunks.has(chunk)) this.#count(taken.byteLength);
      if (this.at === to) this.#put(chunk);
    }
  }

  /** Stores the last chunk of a file whose size was not known. */
  end(): void {
    if (this.#filled > 0) this.#put(Math.floor(this.at / this.#chunkBytes));
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

  #put(chunk: number): void {
    const bytes = this.#buffer.subarray(0, this.#filled);
    this.#buffer = new Uint8Array(this.#chunkBytes);
    this.#chunks.put(chunk, bytes);
    this.drop();
  }
}

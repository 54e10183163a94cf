/** File at a location that an option names. */
export interface KeptFile {
  /** Content, or null if there is no file. Rejects if it has more than `mostBytes`, or cannot be read. */
  read(mostBytes?: number): Promise<Uint8Array | null>;
  /** Replaces the file once all bytes have arrived. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
}

/** Whether a location is the URL of a remote file or folder. */
export function isRemote(location: string): boolean {
  return /^https?:\/\//.test(location);
}

/** File at `url`, read with GET and written with PUT. Its size is that of its `Content-Length`. */
export function remoteFile(url: string): KeptFile {
  return {
    async read(mostBytes = Number.POSITIVE_INFINITY) {
      const response = await fetch(url, { cache: 'no-store' });
      if (response.status === 404) return null;
      const sizeBytes = Number(ok(response).headers.get('content-length') ?? 0);
      if (sizeBytes > mostBytes) await response.body?.cancel();
      checkSize(sizeBytes, mostBytes);
      return new Uint8Array(await response.arrayBuffer());
    },
    async write(body) {
      ok(await fetch(url, { method: 'PUT', body }));
    },
  };
}

/** File `name` of a directory of the origin private file system. */
export function originFile(directory: () => Promise<FileSystemDirectoryHandle>, name: string): KeptFile {
  return {
    async read(mostBytes = Number.POSITIVE_INFINITY) {
      const handle = await (await directory()).getFileHandle(name).catch(nullIfAbsent);
      if (handle === null) return null;
      const file = await handle.getFile();
      checkSize(file.size, mostBytes);
      return new Uint8Array(await file.arrayBuffer());
    },
    async write(bytes) {
      const file = await (await directory()).getFileHandle(name, { create: true });
      // A writable is a copy until it is closed.
      const writable = await file.createWritable();
      await writable.write(bytes);
      await writable.close();
    },
  };
}

function ok(response: Response): Response {
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}`);
  return response;
}

function checkSize(sizeBytes: number, mostBytes: number): void {
  if (sizeBytes > mostBytes) throw new Error(`it has ${sizeBytes} bytes, and ${mostBytes} is the most`);
}

function nullIfAbsent(error: unknown): null {
  if (error instanceof DOMException && error.name === 'NotFoundError') return null;
  throw error;
}

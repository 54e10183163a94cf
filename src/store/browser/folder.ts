import type { Folder, StoreFile } from '../host.ts';

/** Part of the File System standard that the types of pages lack, since only workers have it. */
interface SyncAccessHandle {
  read(buffer: Uint8Array<ArrayBuffer>, options: { at: number }): number;
  write(buffer: Uint8Array, options: { at: number }): number;
  truncate(nBytes: number): void;
  getSize(): number;
  flush(): void;
  close(): void;
}

/** Folder of the origin's private file system. */
export async function openFolder(name: string): Promise<Folder> {
  const root = await navigator.storage.getDirectory();
  const directory = await root.getDirectoryHandle(name, { create: true });
  return {
    open: async path => storeFile(await accessTo(await directory.getFileHandle(path, { create: true }))),
    blob: async path => {
      const handle = await directory.getFileHandle(path).catch(nullIfAbsent);
      return handle && (await handle.getFile());
    },
    async list() {
      const names: string[] = [];
      for await (const name of directory.keys()) names.push(name);
      return names;
    },
    remove: async path => {
      await directory.removeEntry(path).catch(nullIfAbsent);
    },
  };
}

function accessTo(handle: FileSystemFileHandle): Promise<SyncAccessHandle> {
  if ('createSyncAccessHandle' in handle && typeof handle.createSyncAccessHandle === 'function') {
    return handle.createSyncAccessHandle();
  }
  throw new Error('the File System standard is not there in this worker');
}

function nullIfAbsent(error: unknown): null {
  if (error instanceof Error && error.name === 'NotFoundError') return null;
  throw error;
}

/** Writes in place, so what was written is there after a crash of the tab; a writable stream would lose it all. */
function storeFile(access: SyncAccessHandle): StoreFile {
  return {
    size: () => access.getSize(),
    // The browser grants the room at once, which writes that make the file longer would have to ask for one by one.
    resize: nBytes => {
      if (access.getSize() !== nBytes) access.truncate(nBytes);
    },
    read(from, to) {
      const bytes = new Uint8Array(to - from);
      return bytes.subarray(0, access.read(bytes, { at: from }));
    },
    write(bytes, at) {
      const written = access.write(bytes, { at });
      if (written === bytes.byteLength) return;
      throw new DOMException(`${written} of ${bytes.byteLength} bytes were written`, 'QuotaExceededError');
    },
    flush: () => access.flush(),
    close: () => access.close(),
  };
}

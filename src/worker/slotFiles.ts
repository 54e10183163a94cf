import type { SlotFiles } from '../server/admin/slotActions.ts';

/** Opens the location of the option `slotSavePath`: a URL below which files are, or a directory of this origin. */
export function openSlotFiles(path: string): SlotFiles {
  return /^https?:\/\//.test(path) ? remoteFiles(path) : originFiles(path);
}

/** Files below `url`, read with GET and written with PUT. */
function remoteFiles(url: string): SlotFiles {
  const address = (name: string) => `${url}${url.endsWith('/') ? '' : '/'}${encodeURIComponent(name)}`;
  return {
    async read(name) {
      const response = await fetch(address(name), { cache: 'no-store' });
      return new Uint8Array(await ok(response).arrayBuffer());
    },
    async write(name, body) {
      ok(await fetch(address(name), { method: 'PUT', body }));
    },
  };
}

function ok(response: Response): Response {
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}`);
  return response;
}

/** Files of the origin private file system. The directory is created on first use. */
function originFiles(path: string): SlotFiles {
  const directory = async () => {
    const root = await navigator.storage.getDirectory();
    return root.getDirectoryHandle(path, { create: true });
  };
  return {
    async read(name) {
      const file = await (await directory()).getFileHandle(name);
      return new Uint8Array(await (await file.getFile()).arrayBuffer());
    },
    async write(name, bytes) {
      const file = await (await directory()).getFileHandle(name, { create: true });
      // A writable is a copy until it is closed.
      const writable = await file.createWritable();
      await writable.write(bytes);
      await writable.close();
    },
  };
}

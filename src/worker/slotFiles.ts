import type { SlotFiles } from '../server/admin/slotActions.ts';
import { isRemote, type KeptFile, originFile, remoteFile } from './keptFile.ts';

/** Opens the location of the option `slotSavePath`: a URL below which files are, or a directory of this origin. */
export function openSlotFiles(path: string): SlotFiles {
  const open = isRemote(path) ? remoteFiles(path) : originFiles(path);
  return {
    async read(name) {
      const bytes = await open(name).read();
      if (bytes === null) throw new Error(`there is no file ${name} in ${path}`);
      return bytes;
    },
    write: (name, bytes) => open(name).write(bytes),
  };
}

/** Files below `url`. */
function remoteFiles(url: string): (name: string) => KeptFile {
  return name => remoteFile(`${url}${url.endsWith('/') ? '' : '/'}${encodeURIComponent(name)}`);
}

/** Files of a directory of the origin private file system, which is created on first use. */
function originFiles(path: string): (name: string) => KeptFile {
  const directory = async () => {
    const root = await navigator.storage.getDirectory();
    return root.getDirectoryHandle(path, { create: true });
  };
  return name => originFile(directory, name);
}

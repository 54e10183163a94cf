import { partUrls } from '../gguf/index.ts';
import { openHub } from '../hub/hub.ts';
import type { RemoteFile } from '../hub/resolve.ts';
import type { WireFile, WireSource } from '../protocol/worker.ts';
import type { Wanted } from '../store/modelStore.ts';
import { ForetokenError } from '../util/errors.ts';
import { fileAt, type SourceAccess, sourceFiles } from './openSource.ts';

/** Model of a source in the terms of the store. Throws `invalid_option` for bytes that the page has. */
export function wantedModel(source: WireSource, access: SourceAccess): Wanted {
  const [first] = [source].flat();
  return {
    id: access.sidecar ? `${addressOf(first)}#draft` : addressOf(first),
    async resolve(signal) {
      const files = (await sourceFiles(source, access, signal)).map(remote);
      const [only] = files;
      // The address of one part stands for all of them.
      const urls = files.length === 1 && only.sizeBytes === null ? partUrls(only.url) : null;
      return urls ? urls.map(url => (url === only.url ? only : fileAt(url))) : files;
    },
    fetch: accessFetch(access),
  };
}

/** Fetches as the options say: what goes to the Hub has the token. */
export function accessFetch({ hfEndpoint, hfToken, fetch }: SourceAccess): typeof globalThis.fetch {
  return openHub({ endpoint: hfEndpoint, token: hfToken, fetch }).fetch;
}

function addressOf(file: WireFile): string {
  if (typeof file === 'string') return file;
  if (file instanceof Blob) throw noAddress();
  return file.url;
}

function remote(file: Blob | RemoteFile): RemoteFile {
  if (file instanceof Blob) throw noAddress();
  return file;
}

function noAddress(): ForetokenError {
  return new ForetokenError(
    'invalid_option',
    'the store keeps files that have an address; give a URL or an hf: name, since the page has these bytes already',
  );
}

import { type HubOptions, openHub } from './hub.ts';
import { type HubModel, parseHubModel } from './hubModel.ts';
import { modelFiles } from './modelFiles.ts';
import { fileUrl, listRepository } from './repository.ts';

/** File at an address, with what is known of it before it is read. */
export interface RemoteFile {
  readonly url: string;
  /** Name without folders. */
  readonly name: string;
  readonly sizeBytes: number | null;
  /** SHA-256 of the content in 64 hexadecimal digits. */
  readonly sha256: string | null;
}

/** Model of the Hub at one commit. */
export interface ResolvedModel {
  readonly commit: string;
  /** Model, or all of its parts in order. */
  readonly files: readonly RemoteFile[];
}

/**
 * Asks the Hub for the files of a model at the latest commit of its repository. `repo` is `ORG/NAME`, `ORG/NAME:TYPE` or
 * `ORG/NAME/FILE.gguf`, with or without `hf:` before it. Without a type the file is chosen like llama.cpp does: Q4_K_M, else Q8_0,
 * else the first model; with `sidecar` first among MTP heads.
 *
 * @throws ForetokenError `invalid_option` for what is no repository, and for a type or file that the repository lacks, with what
 * it has; `fetch_failed` if the repository does not exist, needs a login or does not answer
 */
export async function resolveHubModel(
  repo: string,
  options: HubOptions & Pick<HubModel, 'sidecar'> & { readonly signal?: AbortSignal | undefined } = {},
): Promise<ResolvedModel> {
  const model = { ...parseHubModel(repo), ...(options.sidecar && { sidecar: options.sidecar }) };
  const hub = openHub(options);
  const { commit, files } = await listRepository(hub, model.name, options.signal);
  return {
    commit,
    files: modelFiles(files, model).map(({ path, sizeBytes, digest }) => ({
      url: fileUrl(hub, model.name, commit, path),
      name: path.slice(path.lastIndexOf('/') + 1),
      sizeBytes,
      sha256: digest.length === 64 ? digest : null,
    })),
  };
}

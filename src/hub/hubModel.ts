import { ForetokenError } from '../util/errors.ts';

/** Model in a repository of the Hugging Face Hub. */
export interface HubModel {
  /** `ORG/NAME`. */
  readonly name: string;
  /** Type of its weights, such as `Q4_K_M`; without it and `file`, llama.cpp's order of preference decides. */
  readonly type?: string;
  /** Path in the repository, in any case. */
  readonly file?: string;
  /** Whether it is an MTP head in a file of its own: if there is one, or in any case; otherwise a model. */
  readonly sidecar?: 'preferred' | 'only';
}

/** Beginning of a model's address that stands for the Hub. */
const SCHEME = 'hf:';

/** Whether an address names a model of the Hub. */
export function isHubAddress(address: string): boolean {
  return address.toLowerCase().startsWith(SCHEME);
}

/**
 * Reads `ORG/NAME`, `ORG/NAME:TYPE` or `ORG/NAME/FILE.gguf`, each with or without `hf:` before it. Throws `invalid_option`.
 */
export function parseHubModel(text: string): HubModel {
  const address = isHubAddress(text) ? text.slice(SCHEME.length) : text;
  const [, name = '', file, type] = /^([^/:]+\/[^/:]+)(?:\/([^:]+\.gguf)|:([\w.-]+))?$/i.exec(address) ?? [];
  if (!/^\w[\w.-]*\/\w[\w.-]*$/.test(name) || name.includes('..')) {
    throw new ForetokenError(
      'invalid_option',
      `${text} is no repository; give ORG/NAME, ORG/NAME:TYPE or ORG/NAME/FILE.gguf`,
    );
  }
  return { name, ...(file !== undefined && { file }), ...(type !== undefined && { type }) };
}

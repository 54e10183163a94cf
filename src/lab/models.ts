import { type GgufFile, openSource, readGguf } from '../gguf/index.ts';
import type { Gpu } from '../gpu/device.ts';
import { type LoadOptions, loadModel } from '../model/loadModel.ts';
import type { Model } from '../model/model.ts';
import { checkModel } from '../model/modelFile.ts';
import type { Provenance } from '../report/index.ts';
import { sha256 } from '../util/digest.ts';
import { ForetokenError } from '../util/errors.ts';
import { describeModel } from '../worker/modelReport.ts';

/** Models that come with the page. */
export const MODELS = {
  target: 'foretoken-stories-moe-q4_0',
  exact: 'foretoken-stories-moe-f16',
  draft: 'foretoken-stories-draft-q4_0',
} as const;
export type ModelName = (typeof MODELS)[keyof typeof MODELS];

/** Model that was fetched whole, so that the hash covers the loaded bytes. */
export interface FetchedModel {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly gguf: GgufFile;
  readonly provenance: Provenance['models'][number];
}

/** Fetches each model once. */
export class LabModels {
  readonly #base: URL;
  readonly #fetched = new Map<ModelName, Promise<FetchedModel>>();

  constructor(base: URL) {
    this.#base = base;
  }

  get(name: ModelName): Promise<FetchedModel> {
    let model = this.#fetched.get(name);
    if (!model) {
      model = fetchModel(new URL(`models/${name}.gguf`, this.#base), name);
      // Forget a failure, so that it can be tried again.
      model.catch(() => this.#fetched.delete(name));
      this.#fetched.set(name, model);
    }
    return model;
  }

  /** Loads a model onto a device. */
  async load(gpu: Gpu, name: ModelName, options: LoadOptions): Promise<Model> {
    return loadModel(gpu, checkModel((await this.get(name)).gguf), options);
  }

  /** Provenance of the models that were fetched. */
  async provenance(): Promise<Provenance['models']> {
    const settled = await Promise.allSettled(this.#fetched.values());
    return settled.flatMap(result => (result.status === 'fulfilled' ? [result.value.provenance] : []));
  }
}

async function fetchModel(url: URL, name: ModelName): Promise<FetchedModel> {
  const response = await fetch(url);
  if (!response.ok) {
    // A site need not have all of them: what it lacks is left out of the report's verdict.
    throw new ForetokenError(
      response.status === 404 ? 'not_supported' : 'fetch_failed',
      `${url.href} answered ${response.status}; put the folder models beside the page`,
    );
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  const gguf = await readGguf(await openSource(bytes));
  const { architecture, nParams, fileType } = describeModel(checkModel(gguf));
  return {
    bytes,
    gguf,
    provenance: {
      name,
      sha256: await sha256(bytes),
      bytes: bytes.length,
      type: `${architecture} ${(nParams / 1e6).toFixed(1)}M ${fileType}`,
      nParameters: nParams,
    },
  };
}

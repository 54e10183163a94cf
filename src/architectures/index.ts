// Public API of src/architectures: descriptions of models from the metadata of their files.
import { type GgufFile, getString } from '../gguf/index.ts';
import { ForetokenError } from '../util/errors.ts';
import { apertuses } from './apertus.ts';
import type { Architectures } from './architecture.ts';
import { bailings } from './bailing.ts';
import { coheres } from './cohere.ts';
import { deepseeks } from './deepseek.ts';
import { eagle3Of } from './eagle3.ts';
import { exaones } from './exaone.ts';
import { gemmas } from './gemma.ts';
import { gemmasByLayer } from './gemmaByLayer.ts';
import { glms } from './glm.ts';
import { gpts } from './gpt.ts';
import { gptOsses } from './gptOss.ts';
import { granites } from './granite.ts';
import { hunyuans } from './hunyuan.ts';
import { Keys } from './keys.ts';
import { lfms } from './lfm.ts';
import { llamas } from './llama.ts';
import { mambas } from './mamba.ts';
import { mtpOf } from './mtp.ts';
import { olmos } from './olmo.ts';
import { phis } from './phi.ts';
import { qwens } from './qwen.ts';
import { seeds } from './seed.ts';
import type { Layer, ModelSpec } from './spec.ts';
import { missingPiece } from './unsupported.ts';

export { fusionTensors, isEagle3 } from './eagle3.ts';
export { ropeOf } from './mixers.ts';
export { hasMtpHead, isMtpSidecar } from './mtp.ts';
export { normWeight } from './norms.ts';
export { ropeFactorsTensor } from './ropeFactors.ts';
export type * from './spec.ts';
export { type TensorSpec, tensorsOf } from './tensors.ts';

const ARCHITECTURES: Architectures = {
  ...apertuses,
  ...bailings,
  ...coheres,
  ...deepseeks,
  ...exaones,
  ...gemmas,
  ...gemmasByLayer,
  ...glms,
  ...gpts,
  ...gptOsses,
  ...granites,
  ...hunyuans,
  ...lfms,
  ...llamas,
  ...mambas,
  ...olmos,
  ...phis,
  ...qwens,
  ...seeds,
};

/** Supported values of `general.architecture`. */
export const ARCHITECTURE_NAMES: readonly string[] = Object.keys(ARCHITECTURES).toSorted();

/**
 * Describes the model of a file. Reads metadata and the names and shapes of tensors, but no weights.
 *
 * @throws ForetokenError `unsupported_model` if the architecture is unknown, or requires something that no kernel does;
 * `invalid_gguf` if metadata are missing or contradict each other
 */
export function readModelSpec(gguf: GgufFile): ModelSpec {
  return describe(gguf, 'trunk');
}

/** Describes the blocks of the trunk, or all. */
function describe(gguf: GgufFile, blocks: 'trunk' | 'all'): ModelSpec {
  const name = getString(gguf.metadata, 'general.architecture');
  const fail = (message: string) => {
    throw new ForetokenError('unsupported_model', `${gguf.source.name} ${message}`, { architecture: name });
  };
  if (!Object.hasOwn(ARCHITECTURES, name)) {
    const missing = missingPiece(name);
    const known = `supported are ${ARCHITECTURE_NAMES.join(', ')}`;
    fail(
      `has the architecture "${name}"${missing === null ? '' : `, of which ${missing} is missing here`}; ${known}`,
    );
  }
  const rank = [...gguf.tensors.keys()].find(tensor => /^cls\b/.test(tensor));
  if (rank !== undefined) fail(`is a reranker, since it has ${rank}; ranking is not supported`);
  return ARCHITECTURES[name](new Keys(gguf, blocks));
}

/** Describes the MTP head of a file that has one. @throws ForetokenError as `readModelSpec` does */
export function readMtpSpec(gguf: GgufFile): ModelSpec {
  const all = describe(gguf, 'all');
  return mtpOf(new Keys(gguf, 'all'), all);
}

/** Describes an EAGLE-3 draft, whose file has what it needs of its target. @throws ForetokenError as `readModelSpec` does */
export function readEagle3Spec(gguf: GgufFile): ModelSpec {
  return eagle3Of(new Keys(gguf));
}

/**
 * Names of a file's tensors that do not matter for its description: blocks after the trunk, which predict further tokens (MTP),
 * keys and values of layers that read another layer's, and `input_scale`, which matters only if activations are quantized.
 */
export function ignoredTensors(gguf: GgufFile, { layers }: ModelSpec): ReadonlySet<string> {
  return new Set(
    [...gguf.tensors.keys()].filter(name => {
      const [, block, tensor] = /^blk\.(\d+)\.(.*)/.exec(name) ?? [];
      if (name.endsWith('.input_scale')) return true;
      if (block === undefined) return false;
      const layer = layers.at(Number(block));
      return !layer || (readsOtherCache(layer) && /^attn_(k|v|k_norm)\./.test(tensor));
    }),
  );
}

function readsOtherCache({ mixer }: Layer): boolean {
  return mixer.kind === 'attention' && mixer.cacheOf !== undefined;
}

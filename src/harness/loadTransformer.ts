import { type GgufFile, getNumber, openSource, readGguf } from '../gguf/index.ts';
import { dequantize } from '../quant/dequantize.ts';
import { isWeightType } from '../quant/types.ts';
import { type LayerWeights, Transformer, type TransformerConfig } from '../reference/transformer.ts';

/** The CPU's model of a llama GGUF file, dequantized whole: what tests compare the GPU's with. */
export async function loadTransformer(
  bytes: Uint8Array<ArrayBuffer>,
  nCtx: number,
  cacheType: 'f32' | 'f16' = 'f32',
): Promise<Transformer> {
  const file = await readGguf(await openSource(bytes));
  const optional = (name: string) => {
    const tensor = file.tensors.get(name);
    if (!tensor) return null;
    if (!isWeightType(tensor.type)) throw new Error(`${name} is ${tensor.type}`);
    return dequantize(tensor.type, bytes.subarray(tensor.offset, tensor.offset + tensor.sizeBytes));
  };
  const required = (name: string) => {
    const values = optional(name);
    if (!values) throw new Error(`the model has no ${name}`);
    return values;
  };
  const config = configOf(file);
  const layers = Array.from({ length: getNumber(file.metadata, 'llama.block_count') }, (_, layer) =>
    layerWeights(name => required(`blk.${layer}.${name}.weight`), config.nExpertUsed > 0),
  );
  const weights = {
    tokenEmbd: required('token_embd.weight'),
    outputNorm: required('output_norm.weight'),
    output: optional('output.weight'),
    ropeFreqs: optional('rope_freqs.weight'),
    layers,
  };
  return new Transformer(config, weights, nCtx, cacheType);
}

function configOf({ metadata, tensors }: GgufFile): TransformerConfig {
  const number = (key: string) => getNumber(metadata, `llama.${key}`);
  const nEmbd = number('embedding_length');
  const nHead = number('attention.head_count');
  return {
    nVocab: tensors.get('token_embd.weight')?.shape[1] ?? 0,
    nEmbd,
    nHead,
    nKvHead: number('attention.head_count_kv'),
    headDim: nEmbd / nHead,
    nFf: number('feed_forward_length'),
    rmsEps: number('attention.layer_norm_rms_epsilon'),
    nRot: number('rope.dimension_count'),
    ropeLayout: 'norm',
    ropeFreqBase: number('rope.freq_base'),
    ropeFreqScale: 1,
    nExpertUsed: getNumber(metadata, 'llama.expert_used_count', 0),
  };
}

function layerWeights(tensor: (name: string) => Float32Array, isMoe: boolean): LayerWeights {
  return {
    attnNorm: tensor('attn_norm'),
    attnQ: tensor('attn_q'),
    attnK: tensor('attn_k'),
    attnV: tensor('attn_v'),
    attnOutput: tensor('attn_output'),
    ffnNorm: tensor('ffn_norm'),
    ffn: isMoe
      ? {
          kind: 'moe',
          gateInp: tensor('ffn_gate_inp'),
          gateExps: tensor('ffn_gate_exps'),
          upExps: tensor('ffn_up_exps'),
          downExps: tensor('ffn_down_exps'),
        }
      : { kind: 'dense', gate: tensor('ffn_gate'), up: tensor('ffn_up'), down: tensor('ffn_down') },
  };
}

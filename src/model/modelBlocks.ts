import type { DenseFfn, ExpertFfn, Features, Joint, Layer, Mixer, ModelSpec } from '../architectures/spec.ts';
import type { GgufFile } from '../gguf/index.ts';
import { assertNever } from '../util/assert.ts';
import { ForetokenError } from '../util/errors.ts';
import { closeBlock, openBlock, type Streams, stageBlock, streamsOfRows } from './blocks/altUp.ts';
import { attentionBlock } from './blocks/attention.ts';
import type { Block, Carried, Stream } from './blocks/block.ts';
import { deltaNetBlock } from './blocks/deltaNet.ts';
import { denseBlock } from './blocks/denseFfn.ts';
import { embeddingBlock } from './blocks/embedding.ts';
import { expertBlock } from './blocks/expertFfn.ts';
import { besideBlocks } from './blocks/expertsBeside.ts';
import { featureBlock, fusionBlock } from './blocks/features.ts';
import { headBlock, hiddenBlock } from './blocks/head.ts';
import { keepHiddenBlock, keepResidualBlock } from './blocks/hidden.ts';
import { jointBlock } from './blocks/joint.ts';
import { latentBlock } from './blocks/latent.ts';
import { laurelBlock, laurelJoinBlock } from './blocks/laurel.ts';
import { mambaBlock } from './blocks/mamba.ts';
import { mamba2Block } from './blocks/mamba2.ts';
import { perLayerBlock, perLayerInputs, type TablePlace, type TokenTable } from './blocks/perLayer.ts';
import { normBlock } from './blocks/residual.ts';
import { type LayerRoads, layerRoads, leftEnd } from './blocks/roads.ts';
import { shortConvBlock } from './blocks/shortConv.ts';
import { type RopeClass, ropeClasses } from './ropeTables.ts';
import { splitTensors } from './weights/load.ts';
import type { PartLimits } from './weights/shards.ts';
import { TensorFinder } from './weights/tensorFinder.ts';

/** Blocks of a model in the order in which a row passes them. */
export interface ModelBlocks {
  readonly embedding: Block;
  readonly layers: readonly Block[];
  /** Results of the output rows: hidden states, or logits. */
  readonly hidden: Block;
  readonly head: readonly Block[];
  /** Block that keeps the hidden states of all rows for an MTP head, see `tapped`; null where no head can read them. */
  readonly tap: Block | null;
  /** Rotations of the layers. */
  readonly ropes: readonly RopeClass[];
  /** Per-layer embeddings that stay in the file; null in most models. */
  readonly tokenTable: TokenTable | null;
}

/**
 * Finds and checks every tensor that the blocks of `spec` have. Throws `invalid_gguf` for a tensor that is missing or has another
 * shape. Throws `unsupported_model` for a tensor that no block uses and `ignored` does not name: ignoring it would change the
 * model's output. `tablePlace` is that of per-layer embeddings.
 */
export function modelBlocks(
  gguf: GgufFile,
  spec: ModelSpec,
  ignored: ReadonlySet<string>,
  tablePlace?: TablePlace,
): ModelBlocks {
  const tensors = new TensorFinder(gguf);
  const { embedding, layers, altUp, nEmbd, head } = spec;
  const { joint, perLayer } = embedding;
  const streams = altUp && streamsOfRows(nEmbd, altUp);
  const perLayerOf = perLayer && perLayerInputs(tensors, spec, perLayer, tablePlace);
  const blocks = {
    embedding: embeddingBlock(tensors, spec),
    layers: [
      ...(perLayerOf ? [perLayerOf.block] : []),
      ...(joint ? [jointBlock(tensors, spec, joint)] : []),
      ...(streams ? [openBlock(tensors, streams)] : []),
      ...layers.flatMap((layer, index) => {
        const [first, ...others] = layerBlocks(tensors, spec, streams, layer, index);
        return [{ ...first, layer: index }, ...others];
      }),
      ...(streams ? [closeBlock(tensors, streams), normBlock(tensors, nEmbd, head.norm, 'xNorm')] : []),
    ],
    hidden: hiddenBlock(tensors, spec),
    head: [headBlock(tensors, spec), ...(joint ? [ownStates(tensors, spec, joint)] : [])],
    tap: head.norm.kind === 'rms' && !head.norm.bias ? keepHiddenBlock(tensors, spec, 'all') : null,
    ropes: ropeClasses(tensors, spec),
    tokenTable: perLayerOf?.table ?? null,
  };
  tensors.refuseUnused(ignored);
  return blocks;
}

function layerBlocks(
  tensors: TensorFinder,
  spec: ModelSpec,
  streams: Streams | undefined,
  layer: Layer,
  index: number,
): Block[] {
  const { nEmbd, embedding } = spec;
  const { perLayer } = embedding;
  const { altUp, attnNorm, laurel } = layer;
  const roads = layerRoads(spec, index);
  const stage = (name: 'predict' | 'correct') =>
    streams && altUp ? [stageBlock(tensors, streams, layer, altUp, name)] : [];
  return [
    ...stage('predict'),
    ...(streams && attnNorm ? [normBlock(tensors, nEmbd, attnNorm, 'xNorm')] : []),
    ...(roads.ahead ? [normBlock(tensors, nEmbd, roads.ahead, 'xNorm2')] : []),
    ...(laurel ? [laurelBlock(tensors, nEmbd, layer, laurel)] : []),
    mixerBlock(tensors, nEmbd, layer, layer.mixer, roads.mixer),
    ...(layer.beside ? [mixerBlock(tensors, nEmbd, layer, layer.beside, roads.beside)] : []),
    ...(laurel ? [laurelJoinBlock(tensors, nEmbd, layer, laurel)] : []),
    ...ffnBlocks(tensors, nEmbd, layer, roads),
    ...stage('correct'),
    ...(perLayer ? [perLayerBlock(tensors, spec, perLayer, layer, index, roads.perLayer)] : []),
  ];
}

function mixerBlock(
  tensors: TensorFinder,
  nEmbd: number,
  layer: Layer,
  mixer: Mixer,
  road: LayerRoads['mixer'],
): Block {
  switch (mixer.kind) {
    case 'attention':
      return attentionBlock(tensors, nEmbd, layer, mixer, road);
    case 'latent':
      return latentBlock(tensors, nEmbd, layer, mixer, road);
    case 'shortConv':
      return shortConvBlock(tensors, nEmbd, layer, mixer, road);
    case 'deltaNet':
      return deltaNetBlock(tensors, nEmbd, layer, mixer, road);
    case 'mamba':
      return mambaBlock(tensors, nEmbd, layer, mixer, road);
    case 'mamba2':
      return mamba2Block(tensors, nEmbd, layer, mixer, road);
    default:
      return assertNever(mixer);
  }
}

function ffnBlocks(tensors: TensorFinder, nEmbd: number, layer: Layer, roads: LayerRoads): Block[] {
  const { ffn, expertsBeside } = layer;
  if (!ffn) return [];
  if (!expertsBeside) return [ffnBlock(tensors, nEmbd, layer, ffn, roads.ffn)];
  const dense = { input: roads.ffn.input, end: leftEnd(roads.ffn.end, 'branch') };
  return [
    ffnBlock(tensors, nEmbd, layer, ffn, dense),
    ...besideBlocks(tensors, nEmbd, layer, expertsBeside, roads.ffn.end),
  ];
}

function ffnBlock(
  tensors: TensorFinder,
  nEmbd: number,
  layer: Layer,
  ffn: DenseFfn | ExpertFfn,
  road: LayerRoads['ffn'],
): Block {
  return ffn.kind === 'experts'
    ? expertBlock(tensors, nEmbd, layer, ffn, road)
    : denseBlock(tensors, nEmbd, layer, ffn, road);
}

/** Keeps the states from which a head drafts further. */
function ownStates(tensors: TensorFinder, spec: ModelSpec, joint: Joint): Block {
  switch (joint.kind) {
    case 'projected':
      return keepHiddenBlock(tensors, spec, 'outputs');
    case 'paired':
      return keepResidualBlock(spec);
    default:
      return assertNever(joint);
  }
}

/**
 * Adds the blocks that make states of `nEmbd` values for an EAGLE-3 draft, and keep them. `gguf` has the draft's tensors for that. Throws
 * `invalid_gguf` or `unsupported_model` for these.
 */
export function fusing(blocks: ModelBlocks, gguf: GgufFile, features: Features, nEmbd: number): ModelBlocks {
  const before = (layer: number | undefined) =>
    features.layers.flatMap((each, index) => (each === layer ? [featureBlock(features, index)] : []));
  const layers = blocks.layers.flatMap(block => [...before(block.layer), block]);
  return { ...blocks, layers: [...layers, fusionBlock(new TensorFinder(gguf), features, nEmbd)] };
}

/** Adds the block that keeps hidden states for an MTP head. Throws `unsupported_model` where no head can read them. */
export function tapped(blocks: ModelBlocks, file: string): ModelBlocks {
  const { tap, layers } = blocks;
  if (tap) return { ...blocks, layers: [...layers, tap] };
  throw new ForetokenError(
    'unsupported_model',
    `${file} ends with another norm than an RMS norm, behind which no MTP head can read its hidden states; use no head`,
  );
}

/** Every block of a model. */
export function allBlocks({ embedding, layers, hidden, head }: ModelBlocks): Block[] {
  return [embedding, ...layers, hidden, ...head];
}

/** Splits the matrices that exceed `limits` into parts. */
export function splitBlocks(model: ModelBlocks, limits: PartLimits): ModelBlocks {
  const split = (block: Block): Block => ({
    ...block,
    tensors: splitTensors(block.tensors, limits),
  });
  return {
    ...model,
    embedding: split(model.embedding),
    layers: model.layers.map(split),
    hidden: split(model.hidden),
    head: model.head.map(split),
  };
}

/** States of recurrent layers. */
export function carriedOf({ layers }: ModelBlocks): Carried[] {
  return layers.flatMap(({ carried }) => carried ?? []);
}

/** Streams of the cache, of all layers. */
export function streamsOf({ layers }: ModelBlocks): Stream[] {
  return layers.flatMap(({ streams }) => streams);
}

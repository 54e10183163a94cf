import type { GgufFile, GgufTensor } from '../gguf/index.ts';
import type { Gpu } from '../gpu/device.ts';
import { dequantize } from '../quant/dequantize.ts';
import { isWeightType } from '../quant/types.ts';
import { assert } from '../util/assert.ts';
import { ForetokenError } from '../util/errors.ts';
import { alignUp } from '../util/math.ts';
import type { ModelConfig } from './config.ts';
import {
  allocateMatrix,
  type Matrix,
  type MatrixPlan,
  matrixBytes,
  matrixUploads,
  planMatrices,
  planMatrix,
} from './matrix.ts';
import { TensorFinder } from './tensorFinder.ts';
import type { Upload } from './upload.ts';

/**
 * The weights of one layer. Matrices in a list are consecutive parts of one product: one, where their types agree and a buffer
 * may be so large (`splitWeights`).
 */
export interface LayerWeights {
  readonly attnNorm: GPUBuffer;
  /** attn_q, attn_k, attn_v. */
  readonly qkv: readonly Matrix[];
  readonly attnOutput: readonly Matrix[];
  readonly ffnNorm: GPUBuffer;
  readonly ffn: DenseFfn | ExpertFfn;
}

export interface DenseFfn {
  readonly kind: 'dense';
  /** Of two groups, ffn_gate and ffn_up; where their types differ parts of one and then parts of the other, without groups. */
  readonly gateUp: readonly Matrix[];
  readonly down: readonly Matrix[];
}

export interface ExpertFfn {
  readonly kind: 'experts';
  readonly gateInp: Matrix;
  /** Groups: all experts' gates, then all their ups. */
  readonly gateUp: readonly Matrix[];
  /** Groups: the experts. */
  readonly down: readonly Matrix[];
}

export interface Weights {
  readonly tokenEmbd: readonly Matrix[];
  readonly layers: readonly LayerWeights[];
  readonly outputNorm: GPUBuffer;
  /** The same matrices as `tokenEmbd` where the file has no `output.weight`. */
  readonly output: readonly Matrix[];
}

/** Whether gate and up are groups of one matrix, which gives silu(gate) · up; else they are multiplied apart. */
export function isFused(gateUp: readonly Pick<Matrix, 'nGroups'>[]): boolean {
  return gateUp.every(({ nGroups }) => nGroups === 2);
}

/** A file's tensors checked against its configuration, before anything is allocated. */
export interface WeightsPlan {
  readonly tokenEmbd: readonly MatrixPlan[];
  readonly layers: readonly {
    readonly attnNorm: GgufTensor;
    readonly qkv: readonly MatrixPlan[];
    readonly attnOutput: readonly MatrixPlan[];
    readonly ffnNorm: GgufTensor;
    readonly ffn:
      | {
          readonly kind: 'dense';
          readonly gateUp: readonly MatrixPlan[];
          readonly down: readonly MatrixPlan[];
        }
      | {
          readonly kind: 'experts';
          readonly gateInp: MatrixPlan;
          readonly gateUp: readonly MatrixPlan[];
          readonly down: readonly MatrixPlan[];
        };
  }[];
  readonly outputNorm: GgufTensor;
  readonly output: readonly MatrixPlan[] | null;
  readonly ropeFactors: GgufTensor | null;
}

/**
 * Finds and checks every tensor of the file. Throws `invalid_gguf` for one that is missing or has another shape, and
 * `unsupported_model` for one that nothing here would use: without it the model would talk nonsense.
 */
export function planWeights(gguf: GgufFile, config: ModelConfig): WeightsPlan {
  const { nEmbd, nVocab, nHead, nKvHead, headDim, nFf, nRot, experts } = config;
  const tensors = new TensorFinder(gguf);
  const matrix = (name: string, shape: readonly number[]) => [planMatrix(name, [tensors.find(name, shape)])];
  const plan: WeightsPlan = {
    tokenEmbd: matrix('token_embd.weight', [nEmbd, nVocab]),
    outputNorm: tensors.findVector('output_norm.weight', nEmbd),
    output: gguf.tensors.has('output.weight') ? matrix('output.weight', [nEmbd, nVocab]) : null,
    ropeFactors: gguf.tensors.has('rope_freqs.weight')
      ? tensors.findVector('rope_freqs.weight', nRot / 2)
      : null,
    layers: Array.from({ length: config.nLayers }, (_, layer) => {
      const prefix = `blk.${layer}.`;
      const tensor = (name: string, shape: readonly number[]) =>
        tensors.find(`${prefix}${name}.weight`, shape);
      return {
        attnNorm: tensors.findVector(`${prefix}attn_norm.weight`, nEmbd),
        qkv: planMatrices(`${prefix}attn_qkv`, [
          tensor('attn_q', [nEmbd, nHead * headDim]),
          tensor('attn_k', [nEmbd, nKvHead * headDim]),
          tensor('attn_v', [nEmbd, nKvHead * headDim]),
        ]),
        attnOutput: matrix(`${prefix}attn_output.weight`, [nHead * headDim, nEmbd]),
        ffnNorm: tensors.findVector(`${prefix}ffn_norm.weight`, nEmbd),
        ffn: experts
          ? planExperts(prefix, tensor, nEmbd, nFf, experts.count)
          : {
              kind: 'dense',
              gateUp: planMatrices(
                `${prefix}ffn_gate_up`,
                [tensor('ffn_gate', [nEmbd, nFf]), tensor('ffn_up', [nEmbd, nFf])],
                2,
              ),
              down: matrix(`${prefix}ffn_down.weight`, [nFf, nEmbd]),
            },
      };
    }),
  };
  tensors.refuseUnused();
  return plan;
}

function planExperts(
  prefix: string,
  tensor: (name: string, shape: readonly number[]) => GgufTensor,
  nEmbd: number,
  nFf: number,
  nExperts: number,
): WeightsPlan['layers'][number]['ffn'] {
  const gateUp = planMatrices(
    `${prefix}ffn_gate_up_exps`,
    [tensor('ffn_gate_exps', [nEmbd, nFf, nExperts]), tensor('ffn_up_exps', [nEmbd, nFf, nExperts])],
    2 * nExperts,
  );
  if (gateUp.length !== 1) {
    throw new ForetokenError(
      'unsupported_model',
      `${prefix}ffn_gate_exps is ${gateUp[0].type} but ffn_up_exps is ${gateUp[1].type}; they have to be the same`,
    );
  }
  return {
    kind: 'experts',
    gateInp: planMatrix(`${prefix}ffn_gate_inp`, [tensor('ffn_gate_inp', [nEmbd, nExperts])]),
    gateUp,
    down: [planMatrix(`${prefix}ffn_down_exps`, [tensor('ffn_down_exps', [nFf, nEmbd, nExperts])], nExperts)],
  };
}

/** Every matrix of a plan, once. */
export function plannedMatrices(plan: WeightsPlan): MatrixPlan[] {
  const ofLayers = plan.layers.flatMap(({ qkv, attnOutput, ffn }) => {
    const ofRouter = ffn.kind === 'experts' ? [ffn.gateInp] : [];
    return [...qkv, ...attnOutput, ...ofRouter, ...ffn.gateUp, ...ffn.down];
  });
  return [...plan.tokenEmbd, ...ofLayers, ...(plan.output ?? [])];
}

/** Sizes of all the buffers that a plan's matrices will need, in bytes, by label. */
export function plannedBuffers(plan: WeightsPlan): { label: string; bytes: number }[] {
  return plannedMatrices(plan).flatMap(matrix =>
    matrixBytes(matrix).map(bytes => ({ label: matrix.label, bytes })),
  );
}

/** Creates all buffers of the weights, empty, and the uploads that fill them. */
export function allocateWeights(gpu: Gpu, plan: WeightsPlan): { weights: Weights; uploads: Upload[] } {
  const uploads: Upload[] = [];
  const matrix = (matrixPlan: MatrixPlan): Matrix => {
    const allocated = allocateMatrix(gpu, matrixPlan);
    uploads.push(...matrixUploads(gpu, matrixPlan, allocated));
    return allocated;
  };
  const vector = (tensor: GgufTensor): GPUBuffer => {
    const size = 4 * alignUp(tensor.nElements, 32);
    const buffer = gpu.createBuffer(tensor.name, size, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST);
    const write = (bytes: Uint8Array) => {
      gpu.device.queue.writeBuffer(buffer, 0, vectorValues(tensor, bytes));
    };
    uploads.push({ offset: tensor.offset, length: tensor.sizeBytes, write });
    return buffer;
  };
  const tokenEmbd = plan.tokenEmbd.map(matrix);
  const weights: Weights = {
    tokenEmbd,
    layers: plan.layers.map(({ attnNorm, qkv, attnOutput, ffnNorm, ffn }) => ({
      attnNorm: vector(attnNorm),
      qkv: qkv.map(matrix),
      attnOutput: attnOutput.map(matrix),
      ffnNorm: vector(ffnNorm),
      ffn:
        ffn.kind === 'dense'
          ? { kind: 'dense', gateUp: ffn.gateUp.map(matrix), down: ffn.down.map(matrix) }
          : {
              kind: 'experts',
              gateInp: matrix(ffn.gateInp),
              gateUp: ffn.gateUp.map(matrix),
              down: ffn.down.map(matrix),
            },
    })),
    outputNorm: vector(plan.outputNorm),
    output: plan.output?.map(matrix) ?? tokenEmbd,
  };
  return { weights, uploads };
}

/** A tensor of plain numbers as f32, from its bytes. */
export function vectorValues({ type, name }: GgufTensor, bytes: Uint8Array): Float32Array<ArrayBuffer> {
  assert(isWeightType(type), () => `${name} is of type ${type}`);
  return dequantize(type, bytes);
}

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
  planMatrices,
  planMatrix,
  requireTensor,
  uploadMatrix,
} from './matrix.ts';

/** The weights of one layer; matrices in a list are consecutive parts of one product, one where their types agree. */
export interface LayerWeights {
  readonly attnNorm: GPUBuffer;
  /** attn_q, attn_k, attn_v. */
  readonly qkv: readonly Matrix[];
  readonly attnOutput: Matrix;
  readonly ffnNorm: GPUBuffer;
  readonly ffn: DenseFfn | ExpertFfn;
}

export interface DenseFfn {
  readonly kind: 'dense';
  /** ffn_gate, ffn_up. */
  readonly gateUp: readonly Matrix[];
  readonly down: Matrix;
}

export interface ExpertFfn {
  readonly kind: 'experts';
  readonly gateInp: Matrix;
  /** All experts' gates, then all their ups. */
  readonly gateUp: Matrix;
  readonly down: Matrix;
}

export interface Weights {
  readonly tokenEmbd: Matrix;
  readonly layers: readonly LayerWeights[];
  readonly outputNorm: GPUBuffer;
  /** The same matrix as `tokenEmbd` where the file has no `output.weight`. */
  readonly output: Matrix;
  /** Values of `rope_freqs.weight`, where the file has it. */
  readonly ropeFactors: Float32Array | null;
}

/** A file's tensors checked against its configuration, before anything is allocated. */
export interface WeightsPlan {
  readonly tokenEmbd: MatrixPlan;
  readonly layers: readonly {
    readonly attnNorm: GgufTensor;
    readonly qkv: readonly MatrixPlan[];
    readonly attnOutput: MatrixPlan;
    readonly ffnNorm: GgufTensor;
    readonly ffn:
      | { readonly kind: 'dense'; readonly gateUp: readonly MatrixPlan[]; readonly down: MatrixPlan }
      | {
          readonly kind: 'experts';
          readonly gateInp: MatrixPlan;
          readonly gateUp: MatrixPlan;
          readonly down: MatrixPlan;
        };
  }[];
  readonly outputNorm: GgufTensor;
  readonly output: MatrixPlan | null;
  readonly ropeFactors: GgufTensor | null;
}

/** Finds and checks every tensor. Throws `invalid_gguf` or `unsupported_model`. */
export function planWeights(gguf: GgufFile, config: ModelConfig): WeightsPlan {
  const { nEmbd, nVocab, nHead, nKvHead, headDim, nFf, experts } = config;
  const matrix = (name: string, shape: readonly number[]) =>
    planMatrix(name, [requireTensor(gguf, name, shape)]);
  const hasOutput = gguf.tensors.has('output.weight');
  return {
    tokenEmbd: matrix('token_embd.weight', [nEmbd, nVocab]),
    outputNorm: requireTensor(gguf, 'output_norm.weight', [nEmbd]),
    output: hasOutput ? matrix('output.weight', [nEmbd, nVocab]) : null,
    ropeFactors: gguf.tensors.get('rope_freqs.weight') ?? null,
    layers: Array.from({ length: config.nLayers }, (_, layer) => {
      const tensor = (name: string, shape: readonly number[]) =>
        requireTensor(gguf, `blk.${layer}.${name}.weight`, shape);
      const label = (name: string) => `blk.${layer}.${name}`;
      const common = {
        attnNorm: tensor('attn_norm', [nEmbd]),
        qkv: planMatrices(label('attn_qkv'), [
          tensor('attn_q', [nEmbd, nHead * headDim]),
          tensor('attn_k', [nEmbd, nKvHead * headDim]),
          tensor('attn_v', [nEmbd, nKvHead * headDim]),
        ]),
        attnOutput: planMatrix(label('attn_output'), [tensor('attn_output', [nHead * headDim, nEmbd])]),
        ffnNorm: tensor('ffn_norm', [nEmbd]),
      };
      if (!experts) {
        const gateUp = [tensor('ffn_gate', [nEmbd, nFf]), tensor('ffn_up', [nEmbd, nFf])];
        return {
          ...common,
          ffn: {
            kind: 'dense',
            gateUp: planMatrices(label('ffn_gate_up'), gateUp),
            down: planMatrix(label('ffn_down'), [tensor('ffn_down', [nFf, nEmbd])]),
          },
        };
      }
      const gateUp = planMatrices(label('ffn_gate_up_exps'), [
        tensor('ffn_gate_exps', [nEmbd, nFf, experts.count]),
        tensor('ffn_up_exps', [nEmbd, nFf, experts.count]),
      ]);
      if (gateUp.length !== 1) {
        throw new ForetokenError(
          'unsupported_model',
          `blk.${layer}: ffn_gate_exps is ${gateUp[0].type} but ffn_up_exps is ${gateUp[1].type}; they have to be the same`,
        );
      }
      return {
        ...common,
        ffn: {
          kind: 'experts',
          gateInp: planMatrix(label('ffn_gate_inp'), [tensor('ffn_gate_inp', [nEmbd, experts.count])]),
          gateUp: gateUp[0],
          down: planMatrix(label('ffn_down_exps'), [tensor('ffn_down_exps', [nFf, nEmbd, experts.count])]),
        },
      };
    }),
  };
}

/** Every matrix of a plan, once. */
export function plannedMatrices(plan: WeightsPlan): MatrixPlan[] {
  const ofLayers = plan.layers.flatMap(({ qkv, attnOutput, ffn }) => {
    const ofFfn = ffn.kind === 'dense' ? [...ffn.gateUp, ffn.down] : [ffn.gateInp, ffn.gateUp, ffn.down];
    return [...qkv, attnOutput, ...ofFfn];
  });
  return [plan.tokenEmbd, ...ofLayers, ...(plan.output ? [plan.output] : [])];
}

/** Sizes of all the buffers that a plan's matrices will need, in bytes, by label. */
export function plannedBuffers(plan: WeightsPlan): { label: string; bytes: number }[] {
  return plannedMatrices(plan).flatMap(matrix =>
    matrixBytes(matrix).map(bytes => ({ label: matrix.label, bytes })),
  );
}

/** Allocates all matrices and streams the file into them. */
export async function loadWeights(
  gpu: Gpu,
  gguf: GgufFile,
  plan: WeightsPlan,
  onBytes: (loaded: number) => void,
  signal?: AbortSignal,
): Promise<Weights> {
  const matrices = new Map<MatrixPlan, Matrix>();
  for (const matrix of plannedMatrices(plan)) matrices.set(matrix, allocateMatrix(gpu, matrix));
  let loaded = 0;
  // In the order of the file, so that a download streams through.
  const inFileOrder = [...matrices].sort(([a], [b]) => a.tensors[0].offset - b.tensors[0].offset);
  for (const [matrixPlan, matrix] of inFileOrder) {
    const onChunk = (bytes: number) => {
      loaded += bytes;
      onBytes(loaded);
    };
    await uploadMatrix(gpu, gguf, matrixPlan, matrix, onChunk, signal);
  }

  const get = (matrixPlan: MatrixPlan): Matrix => {
    const matrix = matrices.get(matrixPlan);
    assert(matrix !== undefined, () => `${matrixPlan.label} was not loaded`);
    return matrix;
  };
  const vector = (tensor: GgufTensor) => uploadVector(gpu, gguf, tensor);
  const layers: LayerWeights[] = [];
  for (const { attnNorm, qkv, attnOutput, ffnNorm, ffn } of plan.layers) {
    layers.push({
      attnNorm: await vector(attnNorm),
      qkv: qkv.map(get),
      attnOutput: get(attnOutput),
      ffnNorm: await vector(ffnNorm),
      ffn:
        ffn.kind === 'dense'
          ? { kind: 'dense', gateUp: ffn.gateUp.map(get), down: get(ffn.down) }
          : { kind: 'experts', gateInp: get(ffn.gateInp), gateUp: get(ffn.gateUp), down: get(ffn.down) },
    });
  }
  return {
    tokenEmbd: get(plan.tokenEmbd),
    layers,
    outputNorm: await vector(plan.outputNorm),
    output: get(plan.output ?? plan.tokenEmbd),
    ropeFactors: plan.ropeFactors && (await readVector(gguf, plan.ropeFactors)),
  };
}

async function readVector(gguf: GgufFile, tensor: GgufTensor): Promise<Float32Array> {
  if (!isWeightType(tensor.type)) {
    throw new ForetokenError(
      'unsupported_model',
      `${tensor.name} is of type ${tensor.type}; F32 is expected`,
    );
  }
  const bytes = await gguf.source.read(tensor.offset, tensor.sizeBytes);
  return dequantize(tensor.type, bytes);
}

/** A norm's weights as f32, padded with zeros to whole blocks. */
async function uploadVector(gpu: Gpu, gguf: GgufFile, tensor: GgufTensor): Promise<GPUBuffer> {
  const padded = new Float32Array(alignUp(tensor.nElements, 32));
  padded.set(await readVector(gguf, tensor));
  const buffer = gpu.createBuffer(
    tensor.name,
    padded.byteLength,
    GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
  );
  gpu.device.queue.writeBuffer(buffer, 0, padded);
  return buffer;
}

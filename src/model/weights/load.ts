import type { Gpu } from '../../gpu/device.ts';
import type { Block } from '../blocks/block.ts';
import { allocateMatrix, type Matrix, type MatrixPlan, matrixBytes, matrixUploads } from './matrix.ts';
import { type PartLimits, splitMatrix } from './shards.ts';
import type { Loaded, Planned, VectorPlan } from './tensors.ts';
import type { Upload } from './upload.ts';
import { allocateVector, vectorBytes, vectorUploads } from './vector.ts';

/** Weights of each block. */
export type Weights = ReadonlyMap<Block, Loaded<Planned>>;

function isVector(tensors: readonly MatrixPlan[] | VectorPlan): tensors is VectorPlan {
  return 'pieces' in tensors;
}

/** Splits the matrices that exceed `limits` into parts. */
export function splitTensors(tensors: Planned, limits: PartLimits): Planned {
  const split = (planned: Planned[string]) =>
    planned === null || isVector(planned) ? planned : planned.flatMap(matrix => splitMatrix(matrix, limits));
  return Object.fromEntries(Object.entries(tensors).map(([name, planned]) => [name, split(planned)]));
}

/** Distinct matrices of some blocks. */
export function plannedMatrices(blocks: readonly Block[]): MatrixPlan[] {
  const matrices = blocks
    .flatMap(({ tensors }) => Object.values(tensors))
    .flatMap(planned => (planned === null || isVector(planned) ? [] : planned));
  return [...new Map(matrices.map(matrix => [matrix.label, matrix])).values()];
}

/** Distinct vectors of some blocks. */
function plannedVectors(blocks: readonly Block[]): VectorPlan[] {
  const vectors = blocks
    .flatMap(({ tensors }) => Object.values(tensors))
    .flatMap(planned => (planned !== null && isVector(planned) ? [planned] : []));
  return [...new Map(vectors.map(vector => [vector.label, vector])).values()];
}

/** Matrices of another model on the same device that a model uses too: those whose tensors have these names. */
export interface SharedMatrices {
  readonly tensors: ReadonlySet<string>;
  /** Matrices by label. */
  readonly matrices: ReadonlyMap<string, Matrix>;
}

/** Sizes of the buffers of the blocks' weights, in bytes, by label, without matrices of the `shared` tensors. */
export function plannedBuffers(
  blocks: readonly Block[],
  shared: ReadonlySet<string>,
): { label: string; bytes: number }[] {
  const own = plannedMatrices(blocks).filter(matrix => !shared.has(tensorOf(matrix)));
  return [
    ...own.flatMap(matrix => matrixBytes(matrix).map(bytes => ({ label: matrix.label, bytes }))),
    ...plannedVectors(blocks).map(vector => ({ label: vector.label, bytes: vectorBytes(vector) })),
  ];
}

function tensorOf({ ranges }: MatrixPlan): string {
  return ranges[0].tensor.name;
}

/** Weights of a model, and the uploads that fill them. */
export interface AllocatedWeights {
  readonly weights: Weights;
  /** Matrices by label. */
  readonly matrices: ReadonlyMap<string, Matrix>;
  readonly uploads: readonly Upload[];
}

/** Creates the buffers of the weights that are not `shared`, empty. Tensors with the same label share their buffers. */
export function allocateWeights(
  gpu: Gpu,
  blocks: readonly Block[],
  shared: SharedMatrices | null = null,
): AllocatedWeights {
  const uploads: Upload[] = [];
  const matrices = new Map<string, Matrix>();
  const vectors = new Map<string, GPUBuffer>();
  const matrix = (plan: MatrixPlan): Matrix => {
    const isShared = shared?.tensors.has(tensorOf(plan)) ?? false;
    const known = (isShared ? shared?.matrices : matrices)?.get(plan.label);
    if (known) return known;
    const allocated = allocateMatrix(gpu, plan);
    uploads.push(...matrixUploads(gpu, plan, allocated));
    matrices.set(plan.label, allocated);
    return allocated;
  };
  const vector = (plan: VectorPlan): GPUBuffer => {
    const known = vectors.get(plan.label);
    if (known) return known;
    const allocated = allocateVector(gpu, plan);
    uploads.push(...vectorUploads(gpu, plan, allocated));
    vectors.set(plan.label, allocated);
    return allocated;
  };
  const load = (planned: Planned[string]) =>
    planned === null ? null : isVector(planned) ? vector(planned) : planned.map(matrix);
  const weights = blocks.map((block): [Block, Loaded<Planned>] => [
    block,
    Object.fromEntries(Object.entries(block.tensors).map(([name, planned]) => [name, load(planned)])),
  ]);
  return { weights: new Map(weights), matrices, uploads };
}

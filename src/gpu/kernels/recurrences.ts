import { assert } from '../../util/assert.ts';
import { ceilDiv } from '../../util/math.ts';
import { kernel } from '../kernel.ts';

/** Columns of a head, or channels, that a workgroup computes. */
const WORKGROUP_SIZE = 32;

/** Batch of a recurrence. */
interface RecurrenceBatch {
  readonly rows: number;
  /** Most slots of a batch. */
  readonly nSlots: number;
  /** Positions of a slot whose inputs are kept. */
  readonly ring: number;
  readonly dstStride: number;
}

export interface GatedDeltaNetShape extends RecurrenceBatch {
  readonly nKeyHead: number;
  readonly nValueHead: number;
  /** Widths of keys and values; keys a multiple of 4. */
  readonly keyDim: number;
  readonly valueDim: number;
  /** Whether neighbouring value heads share a key head; otherwise every `nKeyHead`-th one does. */
  readonly byGroup: boolean;
  readonly eps: number;
}

/** Values of a row of inputs of a gated delta net, padded to vec4s. */
export function deltaNetInputs(
  shape: Pick<GatedDeltaNetShape, 'nKeyHead' | 'nValueHead' | 'keyDim' | 'valueDim'>,
): number {
  const { nKeyHead, nValueHead, keyDim, valueDim } = shape;
  return 4 * ceilDiv(2 * nKeyHead * keyDim + nValueHead * valueDim + 2 * nValueHead, 4);
}

/**
 * Recurrence of a gated delta net. Buffers: step, rows of inputs, kept inputs [slot][ring], memory [slot][value head][keys / 4][values]
 * of vec4s, slopes and biases [2][nValueHead], dst [rows][value head][values].
 */
export const gatedDeltaNet = kernel('gated_delta_net', [], (shape: GatedDeltaNetShape) => {
  const { rows, nSlots, ring, dstStride, nKeyHead, nValueHead, keyDim, valueDim, byGroup, eps } = shape;
  assert(
    keyDim % 4 === 0 && (nValueHead * valueDim) % 4 === 0,
    () => `a delta net of ${keyDim} × ${valueDim} values per head, ${nValueHead} heads`,
  );
  return {
    defines: { STATE_QUADS: keyDim / 4, ...(byGroup && { BY_GROUP: 1 }) },
    overrides: {
      WORKGROUP_SIZE,
      RING: ring,
      ROW_QUADS: deltaNetInputs(shape) / 4,
      N_KEY_HEAD: nKeyHead,
      N_VALUE_HEAD: nValueHead,
      VALUES: valueDim,
      DST_STRIDE: dstStride,
      EPS: eps,
    },
    bindings: ['read', 'read', 'read', 'write', 'read', 'write'],
    workgroups: [nValueHead * ceilDiv(valueDim, WORKGROUP_SIZE), Math.min(rows, nSlots), 1],
  };
});

export interface SsmScanShape extends RecurrenceBatch {
  readonly nHead: number;
  readonly headDim: number;
  readonly nGroup: number;
  /** Values of a channel's state, a multiple of 4. */
  readonly nState: number;
  /** Whether each value of a state has a slope of its own, as in Mamba, whose heads have one channel. */
  readonly perState?: boolean;
}

/** Values of a row of inputs of Mamba, padded to vec4s. */
export function ssmScanInputs({
  nHead,
  headDim,
  nGroup,
  nState,
}: Omit<SsmScanShape, keyof RecurrenceBatch>): number {
  return 4 * ceilDiv(nHead * headDim + 2 * nGroup * nState + nHead, 4);
}

/**
 * Recurrence of Mamba-2 and Mamba. Buffers: step, rows of inputs, kept inputs [slot][ring], memory [slot][nState / 4][channels] of
 * vec4s, slopes [nHead], or [nHead][nState] if they are per state, with biases and skips [nHead], dst [rows][channels].
 */
export const ssmScan = kernel('ssm_scan', [], (shape: SsmScanShape) => {
  const { rows, nSlots, ring, dstStride, nHead, headDim, nGroup, nState, perState } = shape;
  assert(
    nState % 4 === 0 && (nHead * headDim) % 4 === 0,
    () => `Mamba-2 of ${nHead} × ${headDim} channels with ${nState} values each`,
  );
  return {
    defines: { STATE_QUADS: nState / 4, ...(perState && { PER_STATE: 1 }) },
    overrides: {
      WORKGROUP_SIZE,
      RING: ring,
      ROW_QUADS: ssmScanInputs(shape) / 4,
      N_HEAD: nHead,
      WIDTH: headDim,
      N_GROUP: nGroup,
      DST_STRIDE: dstStride,
    },
    bindings: ['read', 'read', 'read', 'write', 'read', 'write'],
    workgroups: [ceilDiv(nHead * headDim, WORKGROUP_SIZE), Math.min(rows, nSlots), 1],
  };
});

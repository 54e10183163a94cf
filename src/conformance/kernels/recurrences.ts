import {
  deltaNetInputs,
  type GatedDeltaNetShape,
  gatedDeltaNet,
  type SsmScanShape,
  ssmScan,
  ssmScanInputs,
} from '../../gpu/kernels/recurrences.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { gatedDeltaNet as deltaTwin } from '../../reference/gatedDeltaNet.ts';
import { ssmScan as scanTwin } from '../../reference/ssmScan.ts';
import { ceilDiv } from '../../util/math.ts';
import {
  type CarriedPlace,
  carriedPlace,
  carriedRuns,
  carriedSlots,
  carriedStep,
  keptPositions,
  LEAST_RING,
  seedAt,
} from '../carried.ts';
import { kernelCases } from '../cases.ts';
import { kernelCheck } from '../check.ts';
import { type Contents, dense, floats, output, rowsOf } from '../contents.ts';
import { numbers } from '../inputs.ts';

/** Bound of recurrences: where q is nearly orthogonal to what the state holds, few digits of a sum are left. */
const RECURRENT_BOUND = 1e-8;

/** Inputs of the rows, and the kept ones of their slots, of `nInputs` values each. */
function inputsOf(rows: readonly number[], nInputs: number, ring: number) {
  const places = rows.map(carriedPlace);
  const at = (slot: number, position: number) => randomValues(nInputs, seedAt(slot, position));
  const kept: Contents = {
    size: carriedSlots(rows) * ring * nInputs,
    stretches: places.flatMap(place =>
      keptPositions(place).map(position => ({
        at: (place.slot * ring + (position % ring)) * nInputs,
        words: at(place.slot, position),
      })),
    ),
  };
  return {
    at,
    rows: rowsOf(
      places.map(({ slot, position }) => at(slot, position)),
      nInputs,
    ),
    kept,
  };
}

/** Positions that a row's result depends on, behind the memory of its slot. */
function positionsOf({ base, position }: CarriedPlace): number[] {
  return numbers(position - base + 1).map(i => base + i);
}

/** Workgroups of a kernel that are run, of those along its columns. */
function fewGroups(all: number, isWhole: boolean): number {
  return isWhole ? all : Math.min(all, 2);
}

export const gatedDeltaNetCheck = kernelCheck({
  kernel: gatedDeltaNet,
  usual: {},
  setUp({ parameters, spec, rows, isWhole }) {
    const { nKeyHead, nValueHead, keyDim, valueDim, ring, dstStride, byGroup, eps } = parameters;
    const nInputs = deltaNetInputs(parameters);
    const inputs = inputsOf(rows, nInputs, ring);
    const headValues = keyDim * valueDim;
    const memoryOf = (slot: number) => randomValues(nValueHead * headValues, 90 + slot, 0.5);
    const memory = output(
      carriedSlots(rows) * nValueHead * headValues,
      numbers(carriedSlots(rows)).map(slot => ({
        at: slot * nValueHead * headValues,
        words: memoryOf(slot),
      })),
    );
    const params = randomValues(2 * nValueHead, 8).map((value, i) =>
      i < nValueHead ? -Math.abs(value) : value,
    );
    const dst = output(rows.length * dstStride);
    const groups = fewGroups(spec.workgroups[0], isWhole);
    const nGroupsOfHead = spec.workgroups[0] / nValueHead;
    /** Heads of which at least the first columns are computed, and number of these. */
    const heads = numbers(ceilDiv(groups, nGroupsOfHead));
    const nColumns = Math.min(valueDim, groups < nGroupsOfHead ? 32 * groups : valueDim);
    return {
      bindings: [dense(carriedStep(rows)), inputs.rows, inputs.kept, memory, dense(params), dst],
      grid: () => [groups, carriedRuns(rows), 1],
      results: () =>
        rows.map(carriedPlace).map((place, row) => {
          return heads.flatMap(head => {
            const { output, stored } = headRun(place, head);
            const cell = (place.slot * nValueHead + head) * headValues;
            return [
              floats(
                dst,
                row * dstStride + head * valueDim,
                Float32Array.from(output.subarray(0, nColumns)),
                RECURRENT_BOUND,
              ),
              ...numbers(stored === null ? 0 : keyDim / 4).map(quad =>
                floats(memory, cell + 4 * quad * valueDim, columnsOf(stored, quad), RECURRENT_BOUND),
              ),
            ];
          });
        }),
    };

    /** Four keys of the first columns of a state, as the memory holds them. */
    function columnsOf(state: Float64Array | null, quad: number): Float32Array<ArrayBuffer> {
      return Float32Array.from(
        { length: 4 * nColumns },
        (_, i) => state?.[(4 * quad + (i % 4)) * valueDim + Math.floor(i / 4)] ?? 0,
      );
    }

    /** Output of a head at a row, and its state one position behind the memory, which is stored. */
    function headRun(place: CarriedPlace, head: number) {
      const keyHead = byGroup ? Math.floor(head / (nValueHead / nKeyHead)) : head % nKeyHead;
      const values = memoryOf(place.slot).subarray(head * headValues, (head + 1) * headValues);
      const state = Float64Array.from({ length: headValues }, (_, i) => {
        const [key, column] = [Math.floor(i / valueDim), i % valueDim];
        return place.base === 0 ? 0 : values[4 * (Math.floor(key / 4) * valueDim + column) + (key % 4)];
      });
      let output = new Float64Array();
      let stored: Float64Array | null = null;
      for (const position of positionsOf(place)) {
        if (position === place.base + 1 && place.base > 0) stored = state.slice();
        const row = Float64Array.from(inputs.at(place.slot, position));
        const part = (from: number, index: number, dim: number) =>
          row.slice(from + index * dim, from + (index + 1) * dim);
        const behindKeys = 2 * nKeyHead * keyDim;
        const rates = behindKeys + nValueHead * valueDim;
        output = deltaTwin(
          state,
          {
            q: part(0, keyHead, keyDim),
            k: part(nKeyHead * keyDim, keyHead, keyDim),
            v: part(behindKeys, head, valueDim),
            b: row[rates + head],
            a: row[rates + nValueHead + head],
          },
          { slope: params[head], bias: params[nValueHead + head], eps },
        );
      }
      return { output, stored };
    }
  },
});

export const ssmScanCheck = kernelCheck({
  kernel: ssmScan,
  usual: {},
  setUp({ parameters, spec, rows, isWhole }) {
    const { nHead, headDim, nGroup, nState, ring, dstStride, perState = false } = parameters;
    const nChannels = nHead * headDim;
    const inputs = inputsOf(rows, ssmScanInputs(parameters), ring);
    const memoryOf = (slot: number) => randomValues(nChannels * nState, 90 + slot, 0.5);
    const memory = output(
      carriedSlots(rows) * nChannels * nState,
      numbers(carriedSlots(rows)).map(slot => ({ at: slot * nChannels * nState, words: memoryOf(slot) })),
    );
    const nSlopes = perState ? nHead * nState : nHead;
    const params = randomValues(nSlopes + 2 * nHead, 8).map((value, i) =>
      i < nSlopes ? -Math.abs(value) : value,
    );
    const dst = output(rows.length * dstStride);
    const groups = fewGroups(spec.workgroups[0], isWhole);
    const nComputed = Math.min(nChannels, 32 * groups);
    return {
      bindings: [dense(carriedStep(rows)), inputs.rows, inputs.kept, memory, dense(params), dst],
      grid: () => [groups, carriedRuns(rows), 1],
      results: () =>
        rows.map(carriedPlace).map((place, row) => {
          const runs = numbers(nComputed).map(channel => channelRun(place, channel));
          const output = Float32Array.from(runs, run => run.output);
          const cell = place.slot * nChannels * nState;
          return [
            floats(dst, row * dstStride, output, RECURRENT_BOUND),
            ...numbers(place.base === 0 ? 0 : nState / 4).map(quad =>
              floats(
                memory,
                cell + 4 * quad * nChannels,
                Float32Array.from(runs.flatMap(({ stored }) => [...stored.slice(4 * quad, 4 * quad + 4)])),
                RECURRENT_BOUND,
              ),
            ),
          ];
        }),
    };

    /** Output of a channel at a row, and its state one position behind the memory, which is stored. */
    function channelRun(place: CarriedPlace, channel: number) {
      const values = memoryOf(place.slot);
      const state = Float64Array.from({ length: nState }, (_, i) =>
        place.base === 0 ? 0 : values[4 * (Math.floor(i / 4) * nChannels + channel) + (i % 4)],
      );
      const head = Math.floor(channel / headDim);
      const b = nChannels + Math.floor(head / (nHead / nGroup)) * nState;
      const c = b + nGroup * nState;
      let output = 0;
      let stored = state.slice();
      for (const position of positionsOf(place)) {
        if (position === place.base + 1) stored = state.slice();
        const row = Float64Array.from(inputs.at(place.slot, position));
        output = scanTwin(
          state,
          {
            x: row[channel],
            b: row.subarray(b, b + nState),
            c: row.subarray(c, c + nState),
            dt: row[nChannels + 2 * nGroup * nState + head],
          },
          {
            slopes: perState ? params.subarray(head * nState, (head + 1) * nState) : params[head],
            bias: params[nSlopes + head],
            skip: params[nSlopes + nHead + head],
          },
        );
      }
      return { output, stored };
    }
  },
});

type DeltaAxes = Pick<
  GatedDeltaNetShape,
  'nKeyHead' | 'nValueHead' | 'keyDim' | 'valueDim' | 'byGroup' | 'rows'
>;

const usualDelta: DeltaAxes = {
  nKeyHead: 2,
  nValueHead: 4,
  keyDim: 16,
  valueDim: 24,
  byGroup: false,
  rows: 5,
};

export const gatedDeltaNetCases = kernelCases(gatedDeltaNetCheck, () => ({
  usual: usualDelta,
  cases: [
    usualDelta,
    { ...usualDelta, rows: 1 },
    { ...usualDelta, byGroup: true },
    // Widths of Qwen3.5.
    { ...usualDelta, keyDim: 128, valueDim: 128, rows: 3 },
  ],
  parameters: (axes): GatedDeltaNetShape => ({
    ...axes,
    nSlots: 3,
    ring: LEAST_RING,
    dstStride: axes.nValueHead * axes.valueDim + 4,
    eps: 1e-6,
  }),
  faults: idOf => [
    {
      id: 'commits-a-draft',
      fault: 'a memory is stored one position too far, with a token that may be rejected in it',
      change: {
        file: 'lib/carried.wgsl',
        from: 'position != run.commit ||',
        to: 'position != run.commit + 1u ||',
      },
      tuning: 'any',
      caught: { id: idOf(usualDelta) },
      // The first row begins its sequence, so there is no memory to store.
      spared: idOf({ ...usualDelta, rows: 1 }),
    },
  ],
}));

type ScanAxes = Pick<SsmScanShape, 'nHead' | 'headDim' | 'nGroup' | 'nState' | 'rows'> & {
  perState?: boolean;
};

const usualScan: ScanAxes = { nHead: 4, headDim: 12, nGroup: 1, nState: 16, rows: 5 };

export const ssmScanCases = kernelCases(ssmScanCheck, () => ({
  usual: usualScan,
  cases: [
    usualScan,
    { ...usualScan, rows: 1 },
    { ...usualScan, nGroup: 2 },
    // Width of Granite 4's states.
    { ...usualScan, nState: 128, rows: 3 },
    // Mamba.
    { ...usualScan, nHead: 36, headDim: 1, perState: true },
  ],
  parameters: (axes): SsmScanShape => ({
    ...axes,
    nSlots: 3,
    ring: LEAST_RING,
    dstStride: axes.nHead * axes.headDim + 4,
  }),
}));

import { type JoinHiddenShape, joinedStride, joinHidden } from '../../gpu/kernels/joinHidden.ts';
import { randomValues } from '../../quant/randomValues.ts';
import { joinHidden as twin } from '../../reference/joinHidden.ts';
import { alignUp } from '../../util/math.ts';
import { carriedPlace, carriedSlots, carriedStep, firstState, seedAt } from '../carried.ts';
import { kernelCases } from '../cases.ts';
import { kernelCheck } from '../check.ts';
import { dense, floats, output, rowsOf } from '../contents.ts';
import { padded } from '../inputs.ts';

/** Hidden state at a position of a slot. */
function stateAt(k: number, slot: number, position: number): Float32Array<ArrayBuffer> {
  return randomValues(k, seedAt(slot, position), 3);
}

export const joinHiddenCheck = kernelCheck({
  kernel: joinHidden,
  usual: {},
  setUp({ parameters: { k, ring, eps, residual }, rows }) {
    const stride = alignUp(k, 32);
    const places = rows.map(carriedPlace);
    const embedded = rows.map(row => randomValues(k, 50 + row));
    const weights = [randomValues(k, 7), randomValues(k, 8)] as const;
    const before = places.filter(({ position }) => position > 0);
    const states = before.map(({ slot, position }) => ({
      at: (slot * ring + ((position - 1) % ring)) * stride,
      words: stateAt(k, slot, position - 1),
    }));
    const dst = output(rows.length * joinedStride(k));
    const streams = rowsOf(embedded, stride);
    return {
      bindings: [
        dense(carriedStep(rows)),
        streams,
        { size: carriedSlots(rows) * ring * stride, stretches: states },
        rowsOf(
          weights.map(weight => padded(weight, stride)),
          stride,
        ),
        dst,
      ],
      grid: () => [rows.length, 1, 1],
      results: () =>
        places.map(({ slot, position }, i) => {
          const isKept = position > firstState(slot);
          const state = isKept ? stateAt(k, slot, position - 1) : new Float32Array(k);
          const values = twin(embedded[i], state, weights, eps);
          const joined = floats(dst, i * joinedStride(k), padded(values, joinedStride(k)), 1e-12);
          if (!residual) return [joined];
          return [joined, floats(streams, i * stride, residual === 'state' ? state : values.slice(k), 1e-12)];
        }),
    };
  },
});

export const joinHiddenCases = kernelCases(joinHiddenCheck, () => ({
  usual: { k: 64, rows: 5, residual: 'embedding' },
  cases: [
    { k: 64, rows: 5, residual: 'embedding' },
    { k: 172, rows: 3, residual: 'embedding' },
    { k: 1, rows: 1, residual: 'embedding' },
    // EAGLE-3 drafts.
    { k: 172, rows: 5, residual: 'state' },
    { k: 172, rows: 5, residual: 'normed' },
  ],
  parameters: ({ k, rows, residual }): JoinHiddenShape => ({
    k,
    rows,
    ring: 7,
    eps: 1e-5,
    ...(residual === 'state' || residual === 'normed' ? { residual } : {}),
  }),
  faults: idOf => [
    {
      id: 'reads-its-own-state',
      fault:
        'the hidden state is that of the row itself, which the target has not computed, instead of the one before',
      change: { file: 'join_hidden.wgsl', from: '(position - u32(has_state))', to: 'position' },
      tuning: 'software',
      caught: { id: idOf({ k: 172, rows: 3 }) },
      spared: idOf({ k: 1, rows: 1 }),
    },
  ],
}));

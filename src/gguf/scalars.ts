import type { ScalarType } from './types.ts';

/** Value of a scalar type. */
export type Scalar = number | bigint | boolean;

/** Storage of a scalar type: its size, and little-endian access. */
interface ScalarCodec {
  readonly bytes: number;
  read(view: DataView, at: number): Scalar;
  write(view: DataView, at: number, value: Scalar): void;
}

export const SCALARS: Readonly<Record<ScalarType, ScalarCodec>> = {
  uint8: {
    bytes: 1,
    read: (view, at) => view.getUint8(at),
    write: (view, at, value) => view.setUint8(at, Number(value)),
  },
  int8: {
    bytes: 1,
    read: (view, at) => view.getInt8(at),
    write: (view, at, value) => view.setInt8(at, Number(value)),
  },
  uint16: {
    bytes: 2,
    read: (view, at) => view.getUint16(at, true),
    write: (view, at, value) => view.setUint16(at, Number(value), true),
  },
  int16: {
    bytes: 2,
    read: (view, at) => view.getInt16(at, true),
    write: (view, at, value) => view.setInt16(at, Number(value), true),
  },
  uint32: {
    bytes: 4,
    read: (view, at) => view.getUint32(at, true),
    write: (view, at, value) => view.setUint32(at, Number(value), true),
  },
  int32: {
    bytes: 4,
    read: (view, at) => view.getInt32(at, true),
    write: (view, at, value) => view.setInt32(at, Number(value), true),
  },
  float32: {
    bytes: 4,
    read: (view, at) => view.getFloat32(at, true),
    write: (view, at, value) => view.setFloat32(at, Number(value), true),
  },
  bool: {
    bytes: 1,
    read: (view, at) => view.getUint8(at) === 1,
    write: (view, at, value) => view.setUint8(at, Number(value)),
  },
  uint64: {
    bytes: 8,
    read: (view, at) => exactNumber(view.getBigUint64(at, true)),
    write: (view, at, value) => view.setBigUint64(at, BigInt(value), true),
  },
  int64: {
    bytes: 8,
    read: (view, at) => exactNumber(view.getBigInt64(at, true)),
    write: (view, at, value) => view.setBigInt64(at, BigInt(value), true),
  },
  float64: {
    bytes: 8,
    read: (view, at) => view.getFloat64(at, true),
    write: (view, at, value) => view.setFloat64(at, Number(value), true),
  },
};

/** Converts to `number` if that is exact. */
function exactNumber(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

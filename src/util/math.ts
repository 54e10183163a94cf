/** Smallest multiple of `multiple` that is not below `value`. */
export function alignUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

/** Largest multiple of `multiple` that is not above `value`. */
export function alignDown(value: number, multiple: number): number {
  return Math.floor(value / multiple) * multiple;
}

/** `value / divisor`, rounded up. */
export function ceilDiv(value: number, divisor: number): number {
  return Math.ceil(value / divisor);
}

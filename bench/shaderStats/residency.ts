import type { GpuModel } from './gpus.ts';
import type { Kernel } from './kernel.ts';

/** Share of the invocations that a core can hold: the least that registers and workgroup storage leave, in percent. */
export function residentPercent(
  gpu: GpuModel,
  kernel: Pick<Kernel, 'code' | 'constants' | 'workgroupSize'>,
  occupancy: number | null,
): number {
  const storage = storageBytes(kernel);
  const byRegisters = gpu.fullOccupancy === null || occupancy === null ? 1 : occupancy / gpu.fullOccupancy;
  const groups = Math.floor((gpu.storageKib * 1024) / storage);
  const byStorage = storage > 0 ? (groups * kernel.workgroupSize) / gpu.invocations : 1;
  return Math.round(100 * Math.min(byRegisters, byStorage, 1));
}

/** Bytes of workgroup storage that a kernel declares. */
export function storageBytes({ code, constants }: Pick<Kernel, 'code' | 'constants'>): number {
  const known = new Map(Object.entries(constants));
  for (const [, name, value] of code.matchAll(/^\s*(?:const|override) (\w+)(?:: \w+)? = ([^;]+);/gm)) {
    const number = evaluate(value, known);
    if (!known.has(name) && number !== null) known.set(name, number);
  }
  let sum = 0;
  for (const [, type] of code.matchAll(/var<workgroup> \w+: ([^;]+);/g)) sum += typeBytes(type, known);
  return sum;
}

function typeBytes(type: string, known: ReadonlyMap<string, number>): number {
  const [, element, length] = type.match(/^array<(.+), ([^,>]+)>$/) ?? [];
  if (element) return typeBytes(element, known) * (evaluate(length, known) ?? 0);
  const [, width] = type.match(/^vec(\d)/) ?? [];
  return width === undefined ? 4 : Number(width) === 3 ? 16 : 4 * Number(width);
}

/** Value of an expression of sums and products of known names and numbers; null for any other. */
function evaluate(expression: string, known: ReadonlyMap<string, number>): number | null {
  const value = (word: string) =>
    /^\d/.test(word) ? Number(word.replace(/u$/, '')) : (known.get(word) ?? Number.NaN);
  const sum = expression
    .split('+')
    .map(term => term.split('*').reduce((product, word) => product * value(word.trim()), 1))
    .reduce((a, b) => a + b, 0);
  return Number.isFinite(sum) ? sum : null;
}

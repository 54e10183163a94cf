import type { Instruction, Reader } from './instruction.ts';

/**
 * Reads the assembly of Mesa's compiler for Apple. It prints a kernel and then the preamble, which runs once, each from address 0;
 * the kernel is the longer one.
 */
export const readApple: Reader = text => {
  const programs: Instruction[][] = [];
  let last = Number.POSITIVE_INFINITY;
  for (const line of text.split('\n')) {
    const [, at, op, rest = ''] = line.match(/^ *([0-9a-f]+): [0-9a-f]+ +(\w+)(.*)/) ?? [];
    if (!op) continue;
    const address = Number.parseInt(at, 16);
    if (address <= last) programs.push([]);
    last = address;
    programs.at(-1)?.push({ label: String(address), ...readOne(address, op, rest) });
  }
  return programs.sort((x, y) => y.length - x.length)[0] ?? [];
};

function readOne(address: number, op: string, rest: string): Instruction {
  if (/^jmp/.test(op))
    return { kind: 'branch', to: String(address + Number(rest.match(/-?\d+\s*$/)?.[0] ?? 0)) };
  if (/^(pop_exec|if|while|else|push_exec|stop|ret)/.test(op)) return { kind: 'branch' };
  if (/^wait/.test(op)) return { kind: 'sync' };
  if (/barrier/.test(op)) return { kind: 'barrier' };
  const bits = 32 * (rest.match(/, ([xyzw]+)(?:,|$)/)?.[1].length ?? 1);
  if (/^(lload|lstore|latomic)/.test(op)) return { kind: 'lds', bits };
  if (/^stack_/.test(op)) return { kind: 'spill' };
  if (/^load|^device_load|^image_load/.test(op)) return { kind: 'load', bits };
  if (/^store|^atomic|^device_store/.test(op)) return { kind: 'store', bits };
  if (/^uniform/.test(op)) return { kind: 'constant' };
  if (/^(f|h)?fma/.test(op)) return { kind: 'fma' };
  if (/_to_f|f_to_|convert/.test(op)) return { kind: 'cvt' };
  if (/^(rcp|rsqrt|exp2|log2|sin|cos|sqrt)/.test(op)) return { kind: 'special' };
  if (/^(i|and|or|xor|shl|shr|asr|bf|csel|cmp|popcount|imadd)/.test(op))
    return { kind: 'int', bound: /ult/.test(rest) };
  return { kind: 'alu' };
}

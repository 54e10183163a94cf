import { type Instruction, lineReader } from './instruction.ts';

/** Reads the assembly of ir3, Mesa's compiler for Qualcomm. */
export const readQualcomm = lineReader(line => {
  const label = line.match(/^(l\d+):/)?.[1];
  if (label) return { kind: 'label', label };
  if (/^[;@]/.test(line) || !line.trim() || /Native code/.test(line)) return null;
  const flags = [...line.matchAll(/\((\w+)\)/g)].map(match => match[1]);
  const numberOf = (flag: RegExp) => Number(flags.find(f => flag.test(f))?.slice(3) ?? 0);
  const waits = numberOf(/^nop\d/);
  const instruction = readOne(line.replace(/^(\(\w+\))+ */, ''), 1 + numberOf(/^rpt\d/));
  return waits > 0 ? [{ kind: 'sync', n: waits }, instruction] : [instruction];
});

function readOne(text: string, n: number): Instruction {
  const op = text.split(/[ .(]/)[0];
  if (/^(jump|br|brao|braa|brac|bkt|shps|shpe|predt|predf|prede|getone|end|ret|call|kill)$/.test(op))
    return { kind: 'branch', to: text.match(/#(l\d+)/)?.[1] ?? '' };
  if (/^(nop|fence|sync|sleep|dccln|ccinv|alias|lock|unlock)/.test(op)) return { kind: 'sync', n };
  if (op === 'bar') return { kind: 'barrier', n };
  if (/^isam|^sam|^ldib|^ldg/.test(op)) {
    const channels =
      text.match(/\(([xyzw]+)\)/)?.[1].length ??
      Number(text.match(/u32\.(\d)/)?.[1] ?? text.match(/, (\d)$/)?.[1] ?? 1);
    return { kind: 'load', n, bits: 32 * channels };
  }
  if (/^(stib|stg|atomic)/.test(op)) return { kind: 'store', n };
  if (/^(ldl|ldlw)/.test(op)) return { kind: 'lds', n, bits: 32 * Number(text.match(/, (\d+)$/)?.[1] ?? 1) };
  if (/^stl/.test(op)) return { kind: 'lds', n };
  if (/^(ldp|stp)/.test(op)) return { kind: 'spill', n };
  if (/^(ldc|resinfo|stc)/.test(op)) return { kind: 'constant', n };
  if (/^mad/.test(op)) return { kind: /^mad\.f/.test(text) ? 'fma' : 'int', n };
  if (op === 'cov') return { kind: 'cvt', n };
  if (/^(rcp|rsq|exp2|log2|sin|cos|sqrt|hrsq|hexp2|hlog2)/.test(op)) return { kind: 'special', n };
  const ints =
    /^(and|or|xor|not|shl|shr|ashr|shb|shlg|shlm|shrm|bary|clz|cbits|mull|madsh|getbit|mgen|bfrev)/;
  if (ints.test(op) || /^\w+\.[us]\b/.test(text)) return { kind: 'int', n, bound: /^min\.u/.test(text) };
  return { kind: 'alu', n };
}

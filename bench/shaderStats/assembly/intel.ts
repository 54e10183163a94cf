import { type Instruction, lineReader } from './instruction.ts';

/** Reads the assembly of brw, Mesa's compiler for Intel. */
export const readIntel = lineReader(line => {
  const label = line.match(/^(L\d+):/)?.[1];
  if (label) return { kind: 'label', label };
  const [, op, rest = ''] = line.match(/^(?:\([^)]*\))?\s+([a-z][\w.]*)\s*(.*)/) ?? [];
  if (!op) return null;
  if (/^sync\.bar/.test(op)) return { kind: 'barrier' };
  if (/^sync|^nop/.test(op)) return { kind: 'sync' };
  if (op === 'while' || op === 'jmpi') return { kind: 'branch', to: rest.match(/\b(L\d+)\b/)?.[1] ?? '' };
  if (/^(if|else|endif|break|cont|halt|do)$/.test(op)) return { kind: 'branch' };
  if (/^sends?/.test(op)) return readSend(line);
  if (/^(mad|madm)/.test(op)) return { kind: /:[dwq]/.test(rest) ? 'int' : 'fma' };
  if (/^math/.test(op)) return { kind: 'special' };
  if (op === 'mov' && isConversion(rest)) return { kind: 'cvt' };
  const isInt =
    /^(and|or|xor|not|shl|shr|asr|bf|rol|ror|add3|lzd|cbit)/.test(op) ||
    (/:(u?[dwqb])\b/.test(rest) && op !== 'mov');
  return { kind: isInt ? 'int' : 'alu' };
});

/** Reads a message to memory, which the comment behind it describes. */
function readSend(line: string): Instruction {
  const said = line.split('//')[1] ?? line;
  if (/barrier|gateway|gtwy|fence/.test(line)) return { kind: 'sync' };
  if (/scratch|ss\[a0|Scratch|bti\(25[35]\)/.test(line)) return { kind: 'spill' };
  // Newer: d32x4, with a t for a block that all invocations share; older: channels by name.
  const width = said.match(/\bd(\d+)x?(\d*)(t?)/);
  const channels = said.match(/untyped_\w+:([xyzw]+)/);
  const bits = width ? Number(width[1]) * Number(width[2] || 1) : 32 * (channels?.[1].length ?? 1);
  if (width?.[3] === 't' || /block|owords?/i.test(said)) return { kind: 'constant', bits };
  if (/\bslm\b|SLM|send\.slm|bti\(254\)/.test(line)) return { kind: 'lds', bits };
  return { kind: /\bstore|write|atomic/i.test(said) ? 'store' : 'load', bits };
}

/** Whether the operands of a mov are of an integer and a float type. */
function isConversion(operands: string): boolean {
  const hasInt = /:(u?[dwb])\b/.test(operands);
  const toInt = /^\(\d+\)\s+(?:\([a-z]+\)\S+\s+)?\S+:(u?[dwb])/.test(operands);
  return hasInt !== toInt;
}

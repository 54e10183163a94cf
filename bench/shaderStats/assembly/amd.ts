import { lineReader, widthIn } from './instruction.ts';

/** Reads the assembly of ACO, Mesa's compiler for AMD. */
export const readAmd = lineReader(line => {
  const label = line.match(/^(BB\d+):/)?.[1];
  if (label) return { kind: 'label', label };
  const [, op, rest = ''] = line.match(/^\t([a-z]\w*)(.*)/) ?? [];
  if (!op) return null;
  if (/^s_c?branch/.test(op)) return { kind: 'branch', to: rest.match(/BB\d+/)?.[0] ?? '' };
  if (
    /^s_(waitcnt|wait_|nop|delay_alu|clause|set_inst_prefetch|sendmsg|sethalt|code_end|ttracedata)/.test(op)
  )
    return { kind: 'sync' };
  if (/^s_barrier/.test(op)) return { kind: 'barrier' };
  if (/^s_(buffer_)?load/.test(op)) return { kind: 'constant', bits: widthIn(op) };
  if (/^s_/.test(op)) return { kind: 'scalar' };
  if (/^scratch_|^buffer_(load|store).*(off|v\d+), s\[\d+:\d+\], s32/.test(op)) return { kind: 'spill' };
  if (/^(buffer|global|flat)_load/.test(op)) return { kind: 'load', bits: widthIn(op) };
  if (/^(buffer|global|flat)_(store|atomic)/.test(op)) return { kind: 'store', bits: widthIn(op) };
  if (/^ds_/.test(op)) return { kind: 'lds', bits: widthIn(op) };
  if (/^v_dual/.test(op)) return { kind: /fma/.test(line) ? 'fma' : 'alu' };
  if (/^v_(pk_)?(fma|mad_f|mac_f)/.test(op)) return { kind: 'fma' };
  if (/^v_cvt/.test(op)) return { kind: 'cvt' };
  if (/^v_(exp|log|rcp|rsq|sqrt|sin|cos)/.test(op)) return { kind: 'special' };
  if (/^v_(readlane|readfirstlane|writelane)/.test(op)) return { kind: 'alu' };
  if (!/^v_/.test(op)) return { kind: 'scalar' };
  const isInt = /_([ui]\d+|b32|b64|nc_u32|lshl)/.test(op) && !/cndmask|mov/.test(op);
  return { kind: isInt ? 'int' : 'alu', bound: /^v_min_u32/.test(op) };
});

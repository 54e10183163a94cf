import { lineReader, widthIn } from './instruction.ts';

/** Reads the assembly of NAK, Mesa's compiler for NVIDIA. */
export const readNvidia = lineReader(line => {
  const block = line.match(/^block(?:\.u)? (\d+) L\d+ \[([\d, ]*)\]/);
  if (block) {
    const before = block[2].split(',').filter(Boolean).map(Number);
    return { kind: 'label', block: { index: Number(block[1]), before } };
  }
  const [code, comment = ''] = line.split('//');
  if (!/delay=/.test(comment)) return null;
  const text = code
    .replace(/^\s*@!?u?p\w+/, '')
    .replace(/^.*? = /, '')
    .trim();
  const op = text.split(/\s/)[0];
  if (/^(bra|brx|exit|ret)/.test(op)) return { kind: 'branch' };
  if (/^(bclear|bssy|bsync|break|nop|membar|depbar|warpsync|yield|cctl)/.test(op)) return { kind: 'sync' };
  if (/^bar/.test(op)) return { kind: 'barrier' };
  if (/^ld\.shared|^st\.shared|^atom.*shared|^ldsm/.test(op)) return { kind: 'lds', bits: widthIn(op) };
  if (/^ld\.local|^st\.local/.test(op)) return { kind: 'spill' };
  if (/^ld\.global|^ld\b|^suld|^tld/.test(op)) return { kind: 'load', bits: widthIn(op) };
  if (/^(st|atom|red|sust)/.test(op)) return { kind: 'store', bits: widthIn(op) };
  if (/^ldc/.test(op)) return { kind: 'constant' };
  if (/^(ffma|hfma)/.test(op)) return { kind: 'fma' };
  if (/^(i2f|f2i|f2f|i2i|frnd)/.test(op)) return { kind: 'cvt' };
  if (/^mufu/.test(op)) return { kind: 'special' };
  const ints = /^(iadd|isetp|imad|imnmx|lea|lop|shf|iabs|popc|flo|prmt|vote|plop|sgxt|bmsk|lop3|isad|ineg)/;
  if (ints.test(op)) return { kind: 'int', bound: /^(isetp\.lt|imnmx)\.u32/.test(op) };
  return { kind: /^\s*u/.test(code) && /ur?\d* *=/.test(code) ? 'scalar' : 'alu' };
});

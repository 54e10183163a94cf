import { describe, expect, it } from 'vitest';
import type { Vendor } from '../gpus.ts';
import { analyse } from './analyse.ts';

/** A loop in each compiler's assembly: one load of 16 bytes, one conversion, two multiply-adds, one instruction on an index. */
const LOOPS: Readonly<Record<Vendor, string>> = {
  amd: `
	v_mov_b32_e32 v1, 0                                         ; 7e020280
BB3:
	s_waitcnt vmcnt(0)                                          ; bf8c0f70
	buffer_load_b128 v[8:11], v7, s[8:11], 0 offen              ; e05c0000 80420807
	v_lshlrev_b32_e32 v12, 2, v12                               ; 30181882
	v_cvt_f32_i32_e32 v6, v6                                    ; 7e0c0b06
	v_fmac_f32_e32 v13, v14, v17                                ; 561a230e
	v_fma_mix_f32 v14, 0x1c00, v14, 0x1c00 op_sel:[0,0,1]       ; cc20600e 0bfe1cff
	s_cbranch_scc0 BB3                                          ; bfa1feec
BB4:
	s_endpgm                                                    ; bfb00000`,
  intel: `
        mov (16)                  r1:f              0:f
L2:
        send.ugm (16)             r1      r89    null:0  0x01000000  0x64803500   {$5}  // wr:2+0, rd:8; load.ugm.d32x4.a32.bti[1]
        shl (16)                  r9:ud             r8<1>:ud          2:ud
        mov (16)                  r10:f             r11<1>:d
        mad (16)                  r103:f        -r43.5<0>:f       r101:f            r43<0>:f
        mad (16)                  r110:f        -r43.5<0>:f       r108:f            r43.1<0>:f
        while (16)                            L2
L3:
        halt (16)`,
  nvidia: `
block 0 L0 [] -> {
      r1      = mov 0x0                                       // delay=1
block 1 L1 [0, 1] -> {
      r16..20 = ld.global.a64.constant.b128 [r12..14+rZ], pT  // delay=2 wr:0
      r2      = shf.l.w.u32.lo r2 0x2 rZ                      // delay=1
      r13     = i2f.f32.i32.re r13                            // delay=1 wr:0
      r9      = ffma.ftz r13 0x35800000 r9                    // delay=1 wt=000001
      r13     = ffma.ftz r14 0x39800000 r13                   // delay=1 wt=000010
      @p0 bra L1                                              // delay=5
block 2 L2 [1] -> {
      exit                                                    // delay=5`,
  qualcomm: `
mov.f32f32 r0.x, c0.x
l76:
ldib.b.untyped.1d.u32.4.imm.nonuniform.base0 r4.x, r3.w, 1
(nop3) shl.b r55.w, r55.x, 4
(rpt1)mad.f32 r8.x, c8.w, r8.x, c6.y
(ss)cov.s32f32 r8.y, (last)r8.y
br p0.x, #l76
l77:
end`,
  apple: `
block b0: // preds
   0: 6200000000000000     mov_imm  r0, 0x0
   8: 052d0000000000000    device_load i32, xyzw, r4_r5_r6_r7, u0_u1, r2, signed
  10: 2e0000000000         bfi      r2, r2, 2
  18: be0000000000         convert  s32_to_f, r8, r8
  20: ba0000000000         ffma     r9, r8, r4, r9
  28: ba0000000000         ffma     r9, r8, r5, r9
  30: 00c00cfbffff         jmp_any  -40
  36: 880000000000         stop
   0: 880000000000         stop`,
};

const VENDORS = Object.keys(LOOPS) as Vendor[];

describe('the loop of a kernel', () => {
  it.each(VENDORS)('has its instructions counted by kind in the assembly for %s', vendor => {
    const { hot, all } = analyse(vendor, LOOPS[vendor]);
    expect(hot).toMatchObject({
      fma: 2,
      cvt: 1,
      int: 1,
      alu: 4,
      loads: { 128: 1 },
      isInnermost: true,
      parent: null,
    });
    expect(all.alu).toBeGreaterThanOrEqual(4);
    expect(all.instructions).toBeGreaterThan(hot?.instructions ?? 0);
  });

  it('is the innermost one with most multiply-adds, whose parent is the loop around it', () => {
    const nested = `
BB1:
	v_add_f32_e32 v1, v2, v3                                    ; 00
BB2:
	v_fmac_f32_e32 v13, v14, v17                                ; 00
	s_cbranch_scc0 BB2                                          ; 00
BB3:
	v_mul_f32_e32 v13, v14, v17                                 ; 00
	s_cbranch_scc0 BB3                                          ; 00
	s_cbranch_scc0 BB1                                          ; 00`;
    const { hot, loops } = analyse('amd', nested);
    expect(loops).toHaveLength(3);
    expect(hot).toMatchObject({ fma: 1, alu: 1 });
    expect(loops[hot?.parent ?? -1]).toMatchObject({ fma: 1, alu: 3, isInnermost: false });
  });
});

describe('spills', () => {
  const lines: readonly (readonly [Vendor, string])[] = [
    ['amd', '\tscratch_store_b32 off, v1, s32 ; 00'],
    ['intel', '        send.ugm (16)  null  r1  r2:1  0x0  0x0  // store scratch'],
    ['nvidia', '      st.local.b32 [r1] r2 // delay=2'],
    ['qualcomm', 'stp.u32 p[r0.x], r1.x, 1'],
    ['apple', '   0: 1234 stack_store i32, x, r1, 0'],
  ];
  it.each(lines)('are found in the assembly for %s', (vendor, line) => {
    expect(analyse(vendor, line).all).toMatchObject({ spill: 1, store: 0 });
  });
});

import type { Counts } from './assembly/counts.ts';

export type Vendor = 'amd' | 'intel' | 'nvidia' | 'apple' | 'qualcomm';

/**
 * Check of the bounds of buffers: by the driver (Vulkan's robustBufferAccess2), Tint by clamping every index in the shader, or
 * nobody, to see what it costs.
 */
export type BoundsChecks = 'driver' | 'clamp' | 'none';

/** Issue slots of an instruction of a kind, where it takes more than one. */
type Cost =
  /** Slots add up. */
  | { readonly kind: 'sum'; readonly special: number; readonly cvt?: number }
  /** Kinds have pipes of their own, so the dearest one counts. `all` is the issue of any instruction. */
  | {
      readonly kind: 'pipes';
      readonly all: number;
      readonly float: number;
      readonly int: number;
      readonly cvt: number;
      readonly special: number;
    };

/**
 * GPU that `fakeGpu` can pretend, with the figures of the family's best-known card. They serve ratios: nothing here is measured.
 */
export interface GpuModel {
  readonly title: string;
  readonly vendor: Vendor;
  /** Mesa's Vulkan driver. */
  readonly driver: string;
  /** Compute units, SMs, Xe cores, Apple cores or Adreno SPs. */
  readonly cores: number;
  /** Instructions of one invocation that a core can begin per cycle, times invocations. */
  readonly lanes: number;
  /** Clock under load. */
  readonly ghz: number;
  /** Memory bandwidth in GB/s. */
  readonly gbps: number;
  /** Bytes that loads can bring to a core's registers per cycle, assuming hits in the first-level cache. */
  readonly fill: number;
  readonly cost: Cost;
  /** Occupancy that the driver states for a kernel of few registers, in its own unit; null if it states none. */
  readonly fullOccupancy: number | null;
  /** Workgroup storage of a core in KiB, and invocations that it can hold. */
  readonly storageKib: number;
  readonly invocations: number;
  /**
   * Checks that browsers use on most such GPUs. NVIDIA's own compiler is closer to `clamp` than to Mesa's splitting of every
   * load, and Metal has no checks of its own.
   */
  readonly checks: BoundsChecks;
}

const SUM: Cost = { kind: 'sum', special: 4 };
const APPLE: Cost = { kind: 'sum', special: 4, cvt: 4 };
// The conversion unit does 16 a cycle; integers have half (Ampere, Ada) or all of the lanes.
const TURING: Cost = { kind: 'pipes', all: 1, float: 2, int: 2, cvt: 8, special: 8 };
const AMPERE: Cost = { kind: 'pipes', all: 1, float: 1, int: 2, cvt: 8, special: 8 };
const BLACKWELL: Cost = { kind: 'pipes', all: 1, float: 1, int: 1, cvt: 8, special: 8 };

const RDNA = {
  vendor: 'amd',
  driver: 'radeon',
  lanes: 64,
  fill: 128,
  cost: SUM,
  fullOccupancy: 32,
  storageKib: 64,
  invocations: 2048,
  checks: 'driver',
} as const;
const GCN = { ...RDNA, fill: 64, fullOccupancy: 10, invocations: 2560 } as const;
const XE = {
  vendor: 'intel',
  driver: 'intel',
  lanes: 128,
  fill: 128,
  cost: SUM,
  fullOccupancy: null,
  storageKib: 128,
  invocations: 2048,
  checks: 'driver',
} as const;
const GEN11 = { ...XE, lanes: 64, fill: 64, storageKib: 64, invocations: 896 } as const;
const NVIDIA = {
  vendor: 'nvidia',
  driver: 'nouveau',
  lanes: 128,
  fill: 128,
  fullOccupancy: 48,
  storageKib: 100,
  invocations: 1536,
  checks: 'clamp',
} as const;
const AGX = {
  vendor: 'apple',
  driver: 'asahi',
  lanes: 128,
  fill: 64,
  cost: APPLE,
  fullOccupancy: 1024,
  storageKib: 60,
  invocations: 2048,
  checks: 'clamp',
} as const;
const ADRENO = {
  vendor: 'qualcomm',
  driver: 'freedreno',
  lanes: 256,
  fill: 64,
  cost: SUM,
  fullOccupancy: 16,
  storageKib: 32,
  invocations: 2048,
  checks: 'driver',
} as const;

export const GPUS = {
  vega10: { ...GCN, title: 'RX Vega 64 (GCN 5)', cores: 64, ghz: 1.5, gbps: 484 },
  renoir: { ...GCN, title: 'Ryzen 4000/5000 iGPU (GCN 5)', cores: 8, ghz: 2.0, gbps: 51 },
  navi10: { ...RDNA, title: 'RX 5700 XT (RDNA 1)', cores: 40, ghz: 1.8, gbps: 448 },
  navi21: { ...RDNA, title: 'RX 6900 XT (RDNA 2)', cores: 80, ghz: 2.25, gbps: 512 },
  navi31: { ...RDNA, title: 'RX 7900 XTX (RDNA 3)', cores: 96, ghz: 2.4, gbps: 960 },
  navi33: { ...RDNA, title: 'RX 7600 (RDNA 3)', cores: 32, ghz: 2.6, gbps: 288 },
  gfx1103: { ...RDNA, title: 'Radeon 780M iGPU (RDNA 3)', cores: 12, ghz: 2.7, gbps: 102 },
  gfx1150: { ...RDNA, title: 'Radeon 890M iGPU (RDNA 3.5)', cores: 16, ghz: 2.9, gbps: 120 },
  gfx1151: { ...RDNA, title: 'Radeon 8060S, Strix Halo (RDNA 3.5)', cores: 40, ghz: 2.8, gbps: 256 },
  gfx1201: { ...RDNA, title: 'RX 9070 XT (RDNA 4)', cores: 64, ghz: 2.9, gbps: 640 },
  icl: { ...GEN11, title: 'Iris Plus, 10th gen (Gen11)', cores: 8, ghz: 1.1, gbps: 58 },
  adl: { ...XE, title: 'Iris Xe, 11th to 13th gen (Xe-LP)', cores: 6, ghz: 1.35, gbps: 68, fill: 64 },
  dg2: { ...XE, title: 'Arc A770 (Xe-HPG)', cores: 32, ghz: 2.3, gbps: 560 },
  mtl: { ...XE, title: 'Arc iGPU, Core Ultra 1 (Xe-LPG)', cores: 8, ghz: 2.2, gbps: 110 },
  lnl: { ...XE, title: 'Arc 140V iGPU, Core Ultra 2 (Xe2)', cores: 8, ghz: 2.0, gbps: 136 },
  bmg: { ...XE, title: 'Arc B580 (Xe2)', cores: 20, ghz: 2.67, gbps: 456 },
  turing: {
    ...NVIDIA,
    title: 'RTX 2080',
    cores: 46,
    ghz: 1.75,
    gbps: 448,
    cost: TURING,
    fullOccupancy: 32,
    storageKib: 64,
    invocations: 1024,
  },
  ampere: { ...NVIDIA, title: 'RTX 3060', cores: 28, ghz: 1.78, gbps: 360, cost: AMPERE },
  ada: { ...NVIDIA, title: 'RTX 4060', cores: 24, ghz: 2.46, gbps: 272, cost: AMPERE },
  blackwell: { ...NVIDIA, title: 'RTX 5070', cores: 48, ghz: 2.5, gbps: 672, cost: BLACKWELL },
  m1: { ...AGX, title: 'Apple M1', cores: 8, ghz: 1.28, gbps: 68 },
  m2: { ...AGX, title: 'Apple M2', cores: 10, ghz: 1.4, gbps: 100 },
  a660: { ...ADRENO, title: 'Adreno 660', cores: 3, ghz: 0.84, gbps: 51 },
  a740: { ...ADRENO, title: 'Adreno 740', cores: 6, ghz: 0.68, gbps: 67 },
  a750: { ...ADRENO, title: 'Adreno 750', cores: 6, ghz: 0.9, gbps: 77 },
} as const satisfies Readonly<Record<string, GpuModel>>;

export type GpuName = keyof typeof GPUS;

export function isGpuName(name: string): name is GpuName {
  return name in GPUS;
}

/** GPUs whose figures have limits: two discrete and one integrated of AMD, two of Intel, one each of NVIDIA, Apple and Qualcomm. */
export const CHECKED_GPUS = ['navi31', 'navi21', 'gfx1103', 'dg2', 'adl', 'ada', 'm1', 'a750'] as const;

/** Issue slots that the counted instructions take. */
export function slotsOf({ cost }: GpuModel, counts: Counts): number {
  const { alu, int, cvt, special, instructions, sync } = counts;
  switch (cost.kind) {
    case 'sum':
      return alu + cvt * ((cost.cvt ?? 1) - 1) + special * (cost.special - 1);
    case 'pipes':
      return Math.max(
        (instructions - sync) * cost.all,
        (alu - int - cvt - special) * cost.float,
        int * cost.int,
        cvt * cost.cvt + special * cost.special,
      );
  }
}

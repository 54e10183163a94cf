import type { Compiled } from './compile.ts';
import type { Vendor } from './gpus.ts';

/** Figures that all drivers state for a kernel, each under its own names. */
export interface Statistics {
  /** Invocations of a subgroup, as compiled. */
  readonly subgroup: number;
  /**
   * AMD VGPRs, NVIDIA and Apple registers (Apple: of 16 bits), Qualcomm vec4 registers; Intel: most that are live, of 128 (Xe2:
   * 256 in its units).
   */
  readonly registers: number;
  /** Stores and loads of spilled registers. */
  readonly spills: number;
  /** Occupancy in the driver's unit, see `fullOccupancy`; null if it states none. */
  readonly occupancy: number | null;
  readonly instructions: number;
  readonly codeBytes: number;
  /** The compiler's own estimates, in its own unit; loops count some fixed number of trips. */
  readonly latency: number | null;
  readonly inverseThroughput: number | null;
}

export function statisticsOf(vendor: Vendor, { subgroupSize, statistics: s }: Compiled): Statistics {
  const common = {
    subgroup: subgroupSize,
    codeBytes: s['Code size'],
    occupancy: null,
    latency: null,
    inverseThroughput: null,
  };
  switch (vendor) {
    case 'amd':
      return {
        ...common,
        registers: s.VGPRs,
        spills: s['Spilled VGPRs'] + s['Spilled SGPRs'],
        occupancy: s['Subgroups per SIMD'],
        instructions: s.Instructions,
        latency: s.Latency,
        inverseThroughput: s['Inverse Throughput'],
      };
    case 'intel':
      return {
        ...common,
        registers: s['Max live registers'],
        spills: s.Spills + s.Fills,
        instructions: s.Instructions,
        latency: s.Cycles,
      };
    case 'nvidia':
      return {
        ...common,
        registers: s['Number of GPRs'],
        spills: s['Spills to memory'] + s['Fills from memory'] + s['Spills to reg'],
        occupancy: s['Max warps/SM'],
        instructions: s['Instruction count'],
        latency: s['Static cycle count'],
      };
    case 'qualcomm':
      return {
        ...common,
        registers: s['Registers used'],
        spills: s['STP Count'] + s['LDP Count'],
        occupancy: s['Max Waves Per Core'],
        instructions: s['Instruction Count'],
      };
    case 'apple':
      return {
        ...common,
        registers: s.GPRs,
        spills: s.Spills + s.Fills,
        occupancy: s.Threads,
        instructions: s.Instructions,
      };
  }
}

import { BF16 } from './BF16.ts';
import { F16 } from './F16.ts';
import { F32 } from './F32.ts';
import { Q4_0 } from './Q4_0.ts';
import { Q4_1 } from './Q4_1.ts';
import { Q4_K } from './Q4_K.ts';
import { Q5_0 } from './Q5_0.ts';
import { Q5_1 } from './Q5_1.ts';
import { Q5_K } from './Q5_K.ts';
import { Q6_K } from './Q6_K.ts';
import { Q8_0 } from './Q8_0.ts';

/** The types that a weight matrix may have here. A type is a record and a shader part, shaders/lib/weight_<TYPE>.wgsl. */
export const WEIGHT_RECORDS = { F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K, Q6_K };

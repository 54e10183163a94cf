import { BF16 } from './BF16.ts';
import { F16 } from './F16.ts';
import { F32 } from './F32.ts';
import { IQ1_M } from './IQ1_M.ts';
import { IQ1_S } from './IQ1_S.ts';
import { IQ2_S } from './IQ2_S.ts';
import { IQ2_XS } from './IQ2_XS.ts';
import { IQ2_XXS } from './IQ2_XXS.ts';
import { IQ3_S } from './IQ3_S.ts';
import { IQ3_XXS } from './IQ3_XXS.ts';
import { IQ4_NL } from './IQ4_NL.ts';
import { IQ4_XS } from './IQ4_XS.ts';
import { MXFP4 } from './MXFP4.ts';
import { NVFP4 } from './NVFP4.ts';
import { Q2_K } from './Q2_K.ts';
import { Q3_K } from './Q3_K.ts';
import { Q4_0 } from './Q4_0.ts';
import { Q4_1 } from './Q4_1.ts';
import { Q4_K } from './Q4_K.ts';
import { Q5_0 } from './Q5_0.ts';
import { Q5_1 } from './Q5_1.ts';
import { Q5_K } from './Q5_K.ts';
import { Q6_K } from './Q6_K.ts';
import { Q8_0 } from './Q8_0.ts';
import { TQ1_0 } from './TQ1_0.ts';
import { TQ2_0 } from './TQ2_0.ts';

/** Types that a weight matrix may have here. A type is a record and a shader part, shaders/lib/weight_<TYPE>.wgsl. */
export const WEIGHT_RECORDS = {
  F32,
  F16,
  BF16,
  Q4_0,
  Q4_1,
  Q5_0,
  Q5_1,
  Q8_0,
  Q2_K,
  Q3_K,
  Q4_K,
  Q5_K,
  Q6_K,
  IQ4_NL,
  IQ4_XS,
  IQ3_S,
  IQ3_XXS,
  IQ2_S,
  IQ2_XS,
  IQ2_XXS,
  IQ1_M,
  IQ1_S,
  TQ2_0,
  TQ1_0,
  MXFP4,
  NVFP4,
};

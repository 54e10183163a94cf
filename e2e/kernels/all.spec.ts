import { WEIGHT_TYPES } from '../../src/quant/types.ts';
import { testKernels } from '../fixtures/kernelTests.ts';

testKernels({ everyTuning: WEIGHT_TYPES, manyRows: WEIGHT_TYPES, compared: null });

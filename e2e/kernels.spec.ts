import { testKernels } from './fixtures/kernelTests.ts';

// One type of halves, of nibbles and of super-blocks. `npm run test:kernels` tries all types in every tuning.
testKernels({
  everyTuning: ['F16', 'Q4_0', 'Q6_K'],
  manyRows: ['Q4_0'],
  compared: ['Q8_0', 'MXFP4'],
});

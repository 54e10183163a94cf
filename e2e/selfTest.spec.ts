import type { ShaderChange } from '../src/conformance/shaderChange.ts';
import { DRAFT_Q4_0, MOE_Q4_0 } from './fixtures/models.ts';
import { expect, type Harness, test } from './fixtures/test.ts';

function selfTest({ page }: Harness, change?: ShaderChange, model = MOE_Q4_0) {
  return page.evaluate(given => window.harness.selfTest(given), { model, ...(change && { change }) });
}

test('every kernel of the bundled pair passes, and /props says so', async ({ startServer }) => {
  const server = await startServer({ model: MOE_Q4_0, modelDraft: DRAFT_Q4_0, nCtx: 512 });
  const { body } = await server.get('/props');
  const { self_test: result } = body as { self_test: { ms: number; kernels: { kernel: string }[] } };
  expect(new Set(result.kernels.map(({ kernel }) => kernel))).toEqual(
    new Set([
      ...[
        'accept',
        'advance',
        'argmax',
        'attention',
        'fill_draft',
        'get_rows',
        'k_shift',
        'mul_mat',
        'mul_mat_id',
        'rms_norm',
      ],
      ...['router', 'top_k'],
    ]),
  );
  expect(result).toMatchObject({ replaced: [], ms: expect.any(Number) });
});

test('the self-test does not run if it is turned off', async ({ startServer }) => {
  const { report } = await startServer({ model: DRAFT_Q4_0, nCtx: 512, selfTest: false });
  expect(report.selfTest).toBeNull();
});

test('a width that loses a value is replaced, and the logits stay the same', async ({ harness }) => {
  const sound = await selfTest(harness);
  expect(sound.error).toBeNull();
  // Wider tiles omit the first weight rows.
  const change = {
    file: 'lib/product.wgsl',
    from: 'let values = finished(sums, factor, n);',
    to: 'let values = finished(sums, factor, n) * f32({M} == 1 || n > 0u);',
  };
  const { report, error, logits } = await selfTest(harness, change);
  expect(error).toBeNull();
  expect(report.replaced.join('\n')).toMatch(/mul_mat\[.*M=2.* computes wrong results on .*NMSE/);
  expect(report.kernels.some(({ variant }) => variant.includes('M=2') && variant.includes('store'))).toBe(
    false,
  );
  expect(logits).toEqual(sound.logits);
});

test('a width that rounds differently is replaced, though it is as close to its twin', async ({
  harness,
}) => {
  const change = {
    file: 'lib/product.wgsl',
    from: 'let values = finished(sums, factor, n);',
    to: 'let values = finished(sums, factor, n) * (1.0 + f32({M} - 1) * 1.2e-7);',
  };
  const { report, error } = await selfTest(harness, change);
  expect(error).toBeNull();
  expect(report.replaced.join('\n')).toMatch(/row \d of \d in tiles of \d has other bits than alone/);
});

test.describe('a compiler that refuses a variant', () => {
  test.use({ expectedErrors: [/ShaderModule/] });

  test('the refusal changes only the speed', async ({ harness }) => {
    const change = {
      file: 'lib/product.wgsl',
      from: 'fn n_products()',
      to: '#if M == 2\nconst broken: u32 = "";\n#endif\nfn n_products()',
    };
    const { error, logits } = await selfTest(harness, change);
    expect(error).toBeNull();
    expect(logits).not.toBeNull();
  });
});

test('a row that depends on its neighbours is found in a kernel without widths', async ({ harness }) => {
  const change = {
    file: 'rms_norm.wgsl',
    from: 'scale * weight[i];',
    to: 'scale * weight[i] * (1.0 + f32(n_rows()) * 1e-7);',
  };
  const { error } = await selfTest(harness, change, DRAFT_Q4_0);
  expect(error).toMatchObject({
    code: 'shader_error',
    message: expect.stringContaining('other bits than alone'),
  });
});

test('a wrong base variant ends loading, with kernel, adapter and numbers', async ({ harness }) => {
  const change = {
    file: 'attention.wgsl',
    from: 'all{r}.acc / all{r}.total',
    to: 'all{r}.acc / (all{r}.total + 0.01)',
  };
  const { error } = await selfTest(harness, change);
  expect(error).toMatchObject({
    code: 'shader_error',
    message: expect.stringMatching(/^kernel attention\[.*\) computes wrong results on .+: row \d .*NMSE \d/),
    details: { shader: 'attention', nmse: expect.any(Number) },
  });
});

import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright/test';
import { FAULTS } from '../src/conformance/allCases.ts';
import type { LabOptions } from '../src/lab/labOptions.ts';
import { WEIGHT_TYPES } from '../src/quant/types.ts';
import { type Report, readReport, rowCostsOf } from '../src/report/index.ts';
import { expect, test } from './fixtures/test.ts';

/** Fast cases. */
const CASES = ['swiglu:*', 'argmax:*', 'rms_norm:*'];

/** Runs the lab in the page and checks the report against its schema. */
async function run(page: Page, options: Omit<LabOptions, 'set'>): Promise<Report> {
  const report = await page.evaluate(given => window.foretokenLab.run({ set: 'quick', ...given }), options);
  return readReport(JSON.stringify(report), 'the report');
}

/** Statuses of the cases of a report, by id. */
function statuses({ conformance }: Report): Record<string, string> {
  return Object.fromEntries(conformance.map(({ id, tuning, status }) => [`${id}@${tuning}`, status]));
}

test.beforeEach(async ({ page }, { title }) => {
  if (title.includes('link')) return;
  await page.goto('lab.html');
  await page.waitForFunction(() => 'foretokenLab' in window);
});

test('the lab finds the faults that it injects, and their places', async ({ page }) => {
  const { controls, conformance, omitted } = await run(page, { only: ['control:*'] });
  expect(controls.map(({ id }) => id)).toEqual(FAULTS.map(({ id }) => id));
  for (const control of controls) {
    // This fault has no effect on an adapter without subgroups, or with large ones.
    if (control.id === 'subgroup-of-32' && control.status === 'unsupported') continue;
    expect(control, control.message).toMatchObject({
      status: 'success',
      message: expect.stringMatching(/value \d+ is .* instead of/),
    });
  }
  expect(conformance).toEqual([]);
  expect(omitted.map(({ part }) => part)).toContain('conformance');
});

for (const { id, fault, change, tuning, caught, spared } of FAULTS) {
  test(`the lab detects a driver with this fault: ${fault}`, async ({ page }) => {
    const [wrong, right] = [`${caught.id}@${tuning}`, spared];
    const sound = await run(page, { only: [wrong, right] });
    test.skip(statuses(sound)[wrong] === 'unsupported', 'this adapter lacks what the fault is in');
    expect(new Set(Object.values(statuses(sound)))).toEqual(new Set(['success']));

    const report = await run(page, { only: [wrong, right], change });
    const { [wrong]: ofWrong, ...others } = statuses(report);
    expect(ofWrong, id).toBe('wrong-result');
    expect(new Set(Object.values(others))).toEqual(new Set(['success']));
    const found = report.conformance.find(entry => entry.status === 'wrong-result');
    const { from = 0, to = Number.POSITIVE_INFINITY } = caught;
    expect(found?.firstBad?.index).toBeGreaterThanOrEqual(from);
    expect(found?.firstBad?.index).toBeLessThan(to);
    expect(report.provenance.shaders).not.toEqual(sound.provenance.shaders);
  });
}

test('the report has the adapter, the browser and the limits', async ({ page }) => {
  const report = await run(page, { only: ['limit:*', 'speed:rms_norm*', 'swiglu:*'] });
  const { provenance, speed, conformance } = report;
  expect(provenance).toMatchObject({
    foretoken: {
      version: expect.stringMatching(/^\d/),
      commit: expect.stringMatching(/^([0-9a-f]{40}\+?|unknown)$/),
    },
    visibility: 'visible',
    thermalDrift: { status: 'success' },
  });
  expect(Object.keys(provenance.limits).length).toBeGreaterThan(20);
  expect(Object.keys(provenance.shaders)).toEqual(expect.arrayContaining(['mul_mat', 'lib/weight_Q4_0']));
  for (const limit of Object.values(speed.limits)) expect(limit).toMatchObject({ status: 'success' });
  const shader = expect.stringMatching(/^[0-9a-f]{64}$/);
  expect(speed.kernels).toMatchObject([
    {
      ...{ kernel: 'rms_norm', status: 'success', shader, fromMemory: false },
      ...{ fractionOfCopy: expect.any(Number), fractionOfRead: expect.any(Number) },
    },
  ]);
  for (const entry of conformance) {
    expect(entry).toMatchObject({ status: 'success', deterministic: true, repetitions: 5, shader });
  }
});

test('the lab times products of several rows beside those of one', async ({ page }) => {
  const report = await run(page, { only: ['widths:weight=Q4_0,n=2048,k=2048'] });
  expect(report.speed.kernels).toHaveLength(5);
  for (const timed of report.speed.kernels) {
    expect(timed).toMatchObject({ status: 'success', tuning: 'own', fromMemory: true });
  }
  const [{ costs }] = rowCostsOf(report);
  expect(costs.map(({ rows }) => rows)).toEqual([2, 4, 8, 16]);
});

// Faults within the twin's tolerance, which no case can detect by itself.
const WIDTH_FAULTS = [
  {
    name: 'how many rows a tile has',
    kernel: 'mul_mat',
    change: {
      file: 'lib/product.wgsl',
      from: 'let values = finished(sums, factor, n);',
      to: 'let values = finished(sums, factor, n) * (1.0 + f32({M} - 1) * 1.2e-7);',
    },
    cases: 'mul_mat:weight=Q4_0,rows=16,n=24,*',
    isTouched: (id: string) => /epilogue=(store|accumulate)/.test(id),
    weights: WEIGHT_TYPES,
  },
  {
    name: 'how many rows the batch has',
    kernel: 'rms_norm',
    change: {
      file: 'rms_norm.wgsl',
      from: 'scale * weight[i];',
      to: 'scale * weight[i] * (1.0 + f32(n_rows()) * 1e-7);',
    },
    cases: 'rms_norm:*',
    isTouched: () => true,
    weights: [],
  },
];

for (const { name, kernel, change, cases, isTouched, weights } of WIDTH_FAULTS) {
  test(`the lab detects sums of ${kernel} that depend on ${name}`, async ({ page }) => {
    const only = [`invariance:${kernel}@software`, cases];
    const { invariance, conformance } = await run(page, { only, change });
    expect(conformance.length).toBeGreaterThan(0);
    expect(conformance.filter(({ status }) => status === 'wrong-result')).toEqual([]);
    const wrong = invariance.filter(({ status }) => status === 'wrong-result');
    expect(wrong.length).toBeGreaterThan(0);
    const ofType = (type: string) => wrong.some(({ id }) => id.startsWith(`weight=${type},`));
    expect(WEIGHT_TYPES.filter(ofType)).toEqual(weights);
    for (const { id, subject, ...found } of wrong) {
      expect({ id, subject, isTouched: isTouched(id) }).toEqual({ id, subject: kernel, isTouched: true });
      expect(found).toMatchObject({
        message: expect.stringMatching(/row \d+ of \d+.* other bits than alone/),
      });
    }
  });
}

test('the lab compares a model with llama.cpp, and rows with themselves in batches', async ({ page }) => {
  const { goldens, invariance, provenance } = await run(page, {
    only: [
      'golden:foretoken-stories-draft-q4_0',
      'invariance:foretoken-stories-moe-q4_0,tuning=own,cache=f16',
    ],
  });
  expect(goldens.length).toBeGreaterThan(3);
  for (const entry of [...goldens, ...invariance]) expect(entry).toMatchObject({ status: 'success' });
  expect(provenance.models.map(({ name }) => name)).toContain('foretoken-stories-draft-q4_0');
});

test('the lab survives a lost device, and names the case that lost it', async ({ page }) => {
  const started = page.waitForEvent('worker');
  const report = run(page, { only: CASES });
  const worker = await started;
  await worker.evaluate(() => {
    const { createBuffer } = GPUDevice.prototype;
    GPUDevice.prototype.createBuffer = function (descriptor) {
      GPUDevice.prototype.createBuffer = createBuffer;
      const buffer = createBuffer.call(this, descriptor);
      this.destroy();
      return buffer;
    };
  });
  const { conformance, incidents } = await report;
  const lost = conformance.filter(({ status }) => status === 'device-lost');
  expect(lost).toHaveLength(1);
  expect(incidents).toMatchObject([{ what: 'device-lost', caseId: `${lost[0].id}@${lost[0].tuning}` }]);
  const rest = conformance.filter(entry => entry !== lost[0]);
  expect(rest.length).toBeGreaterThan(10);
  for (const { status } of rest) expect(status).toBe('success');
});

test.describe('work that the GPU refuses', () => {
  test.use({ expectedErrors: [/While /] });

  test('the refusal is an error of its own case only', async ({ page }) => {
    const started = page.waitForEvent('worker');
    const report = run(page, { only: CASES });
    const worker = await started;
    await worker.evaluate(() => {
      const { createCommandEncoder } = GPUDevice.prototype;
      GPUDevice.prototype.createCommandEncoder = function (descriptor) {
        GPUDevice.prototype.createCommandEncoder = createCommandEncoder;
        this.createBindGroupLayout({ entries: [{ binding: 2 ** 31, visibility: 0, buffer: {} }] });
        return createCommandEncoder.call(this, descriptor);
      };
    });
    const all = Object.values(statuses(await report));
    expect(all.filter(status => status === 'error')).toHaveLength(1);
    expect(all.filter(status => status === 'success')).toHaveLength(all.length - 1);
  });
});

test('the page runs the case of a link, and offers the report', async ({ page }) => {
  const id = 'argmax:n=300,kind=equal';
  await page.goto(`lab.html?case=${encodeURIComponent(id)}`);
  await expect(page.getByTestId('linked')).toContainText(id);
  await page.getByTestId('run-linked').click();
  await expect(page.getByTestId('verdict')).toHaveText('All 2 checks are right.');
  await expect(page.getByTestId('result')).toHaveCount(2);

  const downloading = page.waitForEvent('download');
  await page.getByTestId('download').click();
  const path = await (await downloading).path();
  const report = readReport(await readFile(path, 'utf8'), path);
  expect(statuses(report)).toEqual({ [`${id}@software`]: 'success', [`${id}@gpu`]: 'success' });

  const row = page.getByTestId('result').first();
  await row.locator('summary').click();
  const alone = row.getByRole('link', { name: 'This case alone' });
  await expect(alone).toHaveAttribute('href', new RegExp(`\\?case=${encodeURIComponent(`${id}@software`)}$`));
  await row.getByRole('button', { name: 'Run again' }).click();
  await expect(page.getByText('Your reports')).toBeVisible();
});

for (const [id, verdict] of [
  ['argmax:n=300,kind=equal@gpu', 'All 1 checks are right.'],
  ['control:other-tie-rule', '1 planted fault was found.'],
  ['invariance:rms_norm@software', /^All \d+ checks are right\.$/],
] as const) {
  test(`the page runs exactly the jobs that a link names: ${id}`, async ({ page }) => {
    await page.goto(`lab.html?case=${encodeURIComponent(id)}`);
    await page.getByTestId('run-linked').click();
    await expect(page.getByTestId('verdict')).toHaveText(verdict);
    const results = page.getByTestId('result');
    expect(await results.count()).toBeGreaterThan(0);
    for (const result of await results.all()) await expect(result).toHaveAttribute('data-case', id);
  });
}

test('the page reports that the case of a link does not exist', async ({ page }) => {
  await page.goto('lab.html?case=mul_mat:weight=Q9');
  await page.getByTestId('run-linked').click();
  await expect(page.getByTestId('problem')).toContainText('there is no case mul_mat:weight=Q9');
});

test('a run pauses, resumes, and reports the finished cases when stopped', async ({ page }) => {
  await page.getByTestId('start').click();
  await expect(page.getByTestId('result').first()).toBeVisible();
  await page.getByTestId('pause').click();
  await expect(page.getByTestId('status')).toHaveText(/^Paused/);
  await page.getByTestId('resume').click();
  await expect(page.getByTestId('status')).toHaveText(/^Running/);
  await page.getByTestId('stop').click();
  await expect(page.getByTestId('verdict')).toContainText('The run was stopped');
  const downloading = page.waitForEvent('download');
  await page.getByTestId('download').click();
  const path = await (await downloading).path();
  const report = readReport(await readFile(path, 'utf8'), path);
  expect(report.incidents.at(-1)).toMatchObject({ what: 'stopped' });
  expect(report.omitted.map(({ part }) => part)).toContain('speed.load');
});

test.describe('without WebGPU', () => {
  test('the page shows a remedy', async ({ page }) => {
    await page.addInitScript(() => {
      Object.defineProperty(Navigator.prototype, 'gpu', { get: () => undefined });
    });
    await page.reload();
    await expect(page.getByTestId('error')).toHaveAttribute('data-code', 'no_webgpu');
    await expect(page.getByTestId('error')).toContainText('chrome://gpu');
    await expect(page.getByTestId('start')).toHaveCount(0);
  });
});

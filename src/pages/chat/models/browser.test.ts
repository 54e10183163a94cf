import { expect, it } from 'vitest';
import { FAKE_REPORT } from '../../../protocol/fakeReport.ts';
import { adapterText, browserFacts } from './browser.ts';

const ADAPTER = {
  ...FAKE_REPORT.adapter,
  vendor: 'google',
  architecture: 'swiftshader',
  description: '',
  isFallback: true,
};

it.each([
  ['Mozilla/5.0 Chrome/156.0 Safari/537.36', 'chrome://gpu'],
  ['Mozilla/5.0 HeadlessChrome/156.0 Safari/537.36', 'chrome://gpu'],
  ['Mozilla/5.0 Chrome/156.0 Safari/537.36 Edg/156.0', 'edge://gpu'],
  ['Mozilla/5.0 Gecko/20100101 Firefox/153.0', 'about:support'],
  ['Mozilla/5.0 Version/26.0 Safari/605.1.15', 'virtual machine'],
  ['Other', 'page about graphics'],
])('a software adapter in %s comes with the place that says why', (userAgent, place) => {
  expect(adapterText(ADAPTER, userAgent)).toMatchObject({
    name: 'google swiftshader',
    hint: expect.stringContaining(place),
  });
});

it('a GPU needs no hint', () => {
  const gpu = { ...ADAPTER, description: 'Apple M4', isFallback: false };
  expect(adapterText(gpu, 'Chrome/156')).toEqual({ name: 'Apple M4', hint: null });
});

it.each([
  [undefined, null],
  [8, null],
  [4, 4e9],
  [0.5, 0.5e9],
])(
  'a device memory of %s GB is taken as %s bytes: browsers do not tell large ones apart',
  (deviceMemory, memoryBytes) => {
    const navigator = { userAgent: 'a', ...(deviceMemory !== undefined && { deviceMemory }) };
    expect(browserFacts(navigator)).toEqual({ userAgent: 'a', memoryBytes });
  },
);

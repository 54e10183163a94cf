import { expect, it } from 'vitest';
import { ForetokenError } from '../../client/index.ts';
import { describeProblem } from './problems.ts';
import { browserName, type Visitor } from './visitor.ts';

const CHROMIUM: Visitor = { browser: 'Chromium', isSecure: true };

it.each([
  ['Mozilla/5.0 HeadlessChrome/156.0 Safari/537.36', 'Chromium', /chrome:\/\/gpu/],
  ['Mozilla/5.0 Chrome/156.0 Safari/537.36 Edg/156.0', 'Edge', /edge:\/\/gpu/],
  [
    'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0',
    'Firefox',
    /dom\.webgpu\.enabled/,
  ],
  ['Mozilla/5.0 (iPhone) CriOS/156.0 Safari/604.1', 'Safari', /iOS 26/],
  ['Mozilla/5.0 Version/18.0 Safari/605.1.15', 'Safari', /macOS 26/],
  ['Lynx', 'other', /current Chrome/],
] as const)('%s without WebGPU is taken as %s, and gets its own advice', (userAgent, browser, advice) => {
  expect(browserName(userAgent)).toBe(browser);
  const problem = describeProblem(new ForetokenError('no_webgpu', ''), { browser, isSecure: true });
  expect(problem.advice.join(' ')).toMatch(advice);
});

it('a page that came over plain http has one advice in every browser', () => {
  const problem = describeProblem(new ForetokenError('no_webgpu', ''), { ...CHROMIUM, isSecure: false });
  expect(problem.advice).toEqual([expect.stringContaining('over https')]);
});

it.each([
  [401, 'token'],
  [403, 'token'],
  [404, 'retry'],
])('a download that ends with the status %s has the remedy %s first', (status, remedy) => {
  const problem = describeProblem(new ForetokenError('fetch_failed', '', { status }), CHROMIUM);
  expect(problem.remedies[0]).toBe(remedy);
});

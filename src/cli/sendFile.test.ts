import { describe, expect, it } from 'vitest';
import { rangeOf } from './sendFile.ts';
import { siteFile } from './siteFile.ts';

describe('rangeOf a file of 100 bytes', () => {
  it.each([
    [undefined, null],
    ['bytes=0-9', { start: 0, end: 9 }],
    ['bytes=90-', { start: 90, end: 99 }],
    ['bytes=90-1000', { start: 90, end: 99 }],
    ['bytes=-10', { start: 90, end: 99 }],
    ['bytes=-1000', { start: 0, end: 99 }],
    ['bytes=100-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=9-5', null],
    ['bytes=-', null],
    ['bytes=0-1,5-6', null],
    ['lines=0-9', null],
  ])('%s: %j', (header, range) => {
    expect(rangeOf(header, 100)).toEqual(range);
  });
});

describe('siteFile', () => {
  it.each([
    ['/', '/site/index.html'],
    ['/?a=b', '/site/index.html'],
    ['/assets/main.js?v=1', '/site/assets/main.js'],
    ['/a%20b', '/site/a b'],
    ['/../secret', '/site/secret'],
    ['/%2e%2e/%2e%2e/secret', '/site/secret'],
    ['/..%2fsecret', '/site/secret'],
    ['/%', null],
    ['/a%00b', null],
    ['*', null],
    ['http://elsewhere/', null],
  ])('%s: %s', (target, file) => {
    expect(siteFile('/site', target)).toBe(file);
  });
});

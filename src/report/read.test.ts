import { describe, expect, it } from 'vitest';
import { rightReport, wrongReport } from './fixtures/reports.ts';
import { readReport } from './read.ts';

/** Error of `readReport` for a spoiled report. */
function complaint(spoil: (report: ReturnType<typeof JSON.parse>) => void): string {
  const report = structuredClone(wrongReport());
  spoil(report);
  try {
    readReport(JSON.stringify(report), 'a.json');
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'no complaint';
}

describe('readReport', () => {
  it.each([rightReport, wrongReport])('reads back the report of %o', make => {
    expect(readReport(JSON.stringify(make()), 'a.json')).toEqual(make());
  });

  it('ignores fields of later versions', () => {
    expect(
      complaint(report => {
        report.provenance.weather = 'rain';
        report.conformance[0].colour = 'red';
      }),
    ).toBe('no complaint');
  });

  it.each<[string, (report: ReturnType<typeof JSON.parse>) => void, string]>([
    [
      'a word',
      r => (r.clock = r.provenance.clock = 'sun'),
      'provenance.clock should be "timestamp-query" or "wall", got "sun"',
    ],
    [
      'a missing field',
      r => delete r.provenance.browser.version,
      'provenance.browser.version should be string, at most 1000 long, got nothing',
    ],
    [
      'a status',
      r => (r.conformance[2].status = 'great'),
      'conformance[2].status should be "success" or "wrong-result" or "unsupported"',
    ],
    [
      'a field of one status',
      r => delete r.conformance[0].message,
      'conformance[0].message should be string, at least 1 long, at most 20000 long, got nothing',
    ],
    [
      'a value of one status',
      r => (r.conformance[0].firstBad.index = -1),
      'conformance[0].firstBad.index should be integer, at least 0, at most 9007199254740991, got -1',
    ],
    ['no message of why not', r => (r.conformance[3].message = ''), 'conformance[3].message should be'],
    [
      'a number that is none',
      r => (r.conformance[1].nmse = 'tiny'),
      'conformance[1].nmse should be number or "NaN" or "Infinity" or "-Infinity", got "tiny"',
    ],
    [
      'a time of nothing',
      r => (r.speed.kernels[0].samples[1] = 0),
      'speed.kernels[0].samples[1] should be number, more than 0, got 0',
    ],
    [
      'a hash',
      r => (r.provenance.shaders.mul_mat = 'abc'),
      'provenance.shaders.mul_mat should be string, like ^[0-9a-f]{64}$, got "abc"',
    ],
    [
      'a nested union',
      r => (r.conformance[0].parameters.rows = []),
      'conformance[0].parameters.rows should be',
    ],
    [
      'too much',
      r => (r.provenance.flags = Array(201).fill('x')),
      'provenance.flags should be array, at most 200 long, got a list of 201',
    ],
    ['a median', r => (r.speed.kernels[1].median *= 2), 'speed.kernels[1] has median 0.162'],
    ['silence', r => (r.omitted = []), 'speed.speculation is empty, and omitted does not say why'],
    ['time running backwards', r => (r.finishedAt = '2025-01-01T00:00:00Z'), 'is before startedAt'],
    [
      'another version',
      r => (r.schema = 'foretoken-report/2'),
      'a.json has the schema foretoken-report/2, and this version of Foretoken reads foretoken-report/1; open it with',
    ],
    ['another format', r => (r.schema = 'jobs/1'), 'it has no schema "foretoken-report/1"'],
  ])('says what is wrong with %s', (_, spoil, message) => {
    expect(complaint(spoil)).toContain(message);
  });

  it.each(['', '[1, 2', 'null', '[]', '"text"', '{"__proto__": {"schema": "foretoken-report/1"}}'])(
    'refuses %j with a name and a remedy',
    text => {
      expect(() => readReport(text, 'b.json')).toThrow(
        /^b\.json is not a report: .*; give a file that the lab wrote/,
      );
    },
  );
});

import { describe, expect, it } from 'vitest';
import { type Defines, preprocess } from './preprocess.ts';

function run(lines: readonly string[], defines: Defines = {}, others: Record<string, string> = {}): string[] {
  const sources = new Map(Object.entries({ ...others, 'main.wgsl': lines.join('\n') }));
  return preprocess('main.wgsl', sources, defines).split('\n');
}

const CASES: readonly {
  name: string;
  lines: readonly string[];
  defines?: Defines;
  others?: Record<string, string>;
  expected: readonly string[];
}[] = [
  {
    name: 'leaves plain WGSL alone, braces included',
    lines: ['fn f() { return x{y}; }'],
    expected: ['fn f() { return x{y}; }'],
  },
  { name: 'replaces a define', lines: ['array<f32, {M}>'], defines: { M: 4 }, expected: ['array<f32, 4>'] },
  { name: 'takes the default of a define', lines: ['#define M 2', '{M}'], expected: ['2'] },
  {
    name: 'prefers the given define to the default',
    lines: ['#define M 2', '{M}'],
    defines: { M: 8 },
    expected: ['8'],
  },
  { name: 'adds and multiplies', lines: ['{M+1} {M*4} {M*4+3}'], defines: { M: 2 }, expected: ['3 8 11'] },
  {
    name: 'repeats lines for each value',
    lines: ['#for i 0..COUNT', 'let a{i} = b[{i*2}];', '#endfor'],
    defines: { COUNT: 3 },
    expected: ['let a0 = b[0];', 'let a1 = b[2];', 'let a2 = b[4];'],
  },
  {
    name: 'nests loops',
    lines: ['#for i 0..2', '#for j 1..3', '{i}{j}', '#endfor', '#endfor'],
    expected: ['01', '02', '11', '12'],
  },
  {
    name: 'writes nothing for an empty loop',
    lines: ['#for i 0..0', '{i}', '#endfor', 'x'],
    expected: ['x'],
  },
  {
    name: 'chooses a branch by value',
    lines: ['#if TYPE == f16', 'a', '#else', 'b', '#endif'],
    defines: { TYPE: 'f32' },
    expected: ['b'],
  },
  {
    name: 'chooses a branch by what a value is not',
    lines: ['#if LANES != 1', 'a', '#endif', '#if LANES != 4', 'b', '#endif'],
    defines: { LANES: 4 },
    expected: ['a'],
  },
  {
    name: 'takes 0 as false',
    lines: ['#if A', 'a', '#else', 'b', '#endif'],
    defines: { A: 0 },
    expected: ['b'],
  },
  { name: 'takes a missing name as false', lines: ['#if A', 'a', '#endif', 'b'], expected: ['b'] },
  { name: 'negates', lines: ['#if !A', 'a', '#endif'], expected: ['a'] },
  {
    name: 'pairs an else with its own if',
    lines: ['#if A', '#if B', 'ab', '#else', 'a', '#endif', '#else', 'none', '#endif'],
    defines: { A: 1 },
    expected: ['a'],
  },
  {
    name: 'includes a file named by a define, with the directives in it',
    lines: ['#include "lib/{T}.wgsl"'],
    defines: { T: 'q' },
    others: { 'lib/q.wgsl': '#if T == q\nyes\n#endif' },
    expected: ['yes'],
  },
];

describe('preprocess', () => {
  it.each(CASES)('$name', ({ lines, defines, others, expected }) => {
    expect(run(lines, defines, others)).toEqual(expected);
  });

  it.each([
    { lines: ['#include "none.wgsl"'], message: /no shader source "none.wgsl"/ },
    { lines: ['#if A', 'a'], message: /#if without #endif/ },
    { lines: ['#for i 0..2'], message: /#for without #endfor/ },
    { lines: ['#for i 0..N', '#endfor'], message: /"N" is not a number/ },
    { lines: ['#unroll'], message: /unknown directive/ },
  ])('refuses $lines', ({ lines, message }) => {
    expect(() => run(lines)).toThrow(message);
  });
});

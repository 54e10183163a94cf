import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KERNEL_CASES } from '../conformance/allCases.ts';
import { TUNINGS } from '../conformance/tunings.ts';
import { guardedLoops } from './guardedLoops.ts';
import { preprocess } from './preprocess.ts';

const FEW_TRIPS = 'has at most four trips';
const LANE_STRIDE = 'steps by the lanes: a kernel that takes microseconds';

/** Loops that may be guarded, by the beginning of their header. */
const EXCEPTIONS: readonly { shader: string; header: string; reason: string }[] = [
  { shader: 'get_rows', header: 'for (var i = 0u; i < 4u', reason: FEW_TRIPS },
  { shader: 'rms_norm', header: 'for (var i = lane', reason: LANE_STRIDE },
  { shader: 'add_norm', header: 'for (var i = lane', reason: LANE_STRIDE },
  { shader: 'mul_mat', header: 'for (var i = 0u', reason: FEW_TRIPS },
  { shader: 'mul_mat_id', header: 'for (var i = 0u', reason: FEW_TRIPS },
  { shader: 'add_experts', header: 'for (var i = 0u', reason: FEW_TRIPS },
  { shader: 'mul_mat_id', header: 'for (; found.next < end', reason: 'searches the choices of experts' },
  { shader: 'mul_mat_id', header: 'while (choices.count', reason: 'has a trip for each group of rows' },
  { shader: 'mul_mat_id', header: 'while (expert <', reason: 'has a trip for each chosen expert' },
  { shader: 'router', header: 'for (var expert = lane', reason: 'steps by the lanes' },
  ...['e', 'c', 'g', 'rank'].map(index => ({
    shader: 'router',
    header: `for (var ${index} = lane`,
    reason: LANE_STRIDE,
  })),
  ...['i', 'e'].map(index => ({
    shader: 'sort_choices',
    header: `for (var ${index} = local`,
    reason: LANE_STRIDE,
  })),
  { shader: 'qkv_store', header: 'for (var i = lane', reason: LANE_STRIDE },
  { shader: 'latent_store', header: 'for (var i = lane', reason: LANE_STRIDE },
  { shader: 'gated_norm', header: 'for (var i = lane', reason: LANE_STRIDE },
  { shader: 'join_hidden', header: 'for (var i = lane', reason: LANE_STRIDE },
  ...['altup', 'stretch', 'sparse_gate'].map(shader => ({
    shader,
    header: 'for (var i = lane',
    reason: LANE_STRIDE,
  })),
  { shader: 'altup', header: 'for (var c = lane', reason: LANE_STRIDE },
  { shader: 'k_shift', header: 'for (var position =', reason: 'runs when a context is shifted' },
  { shader: 'attention', header: 'for (var base =', reason: 'steps by the positions of a round' },
  { shader: 'fill_draft', header: 'for (var row = lane', reason: LANE_STRIDE },
];

const SHADERS = join(import.meta.dirname, '../../shaders');

/** Guarded loops of every variant that the kernels' cases have, by shader. */
function loopsOfShaders(): Map<string, Map<string, string>> {
  const files = readdirSync(SHADERS, { recursive: true, encoding: 'utf8' }).filter(file =>
    file.endsWith('.wgsl'),
  );
  const sources = new Map(files.map(file => [file, readFileSync(join(SHADERS, file), 'utf8')]));
  const texts = new Map<string, Set<string>>();
  for (const { forRows, make } of KERNEL_CASES) {
    for (const tuning of Object.values(TUNINGS)) {
      const { shader, defines } = forRows?.(tuning, 1) ?? make(tuning).spec;
      texts.set(shader, (texts.get(shader) ?? new Set()).add(JSON.stringify(defines)));
    }
  }
  return new Map(
    [...texts].map(([shader, variants]) => {
      const loops = [...variants].flatMap(defines =>
        guardedLoops(preprocess(`${shader}.wgsl`, sources, JSON.parse(defines))),
      );
      return [shader, new Map(loops.map(({ header, reason }) => [header, reason]))];
    }),
  );
}

describe('the loops of the shaders', () => {
  const guarded = [...loopsOfShaders()].flatMap(([shader, loops]) =>
    [...loops].map(([header, reason]) => ({ shader, header, reason })),
  );
  const isException = (loop: { shader: string; header: string }, of: { shader: string; header: string }) =>
    loop.shader === of.shader && loop.header.startsWith(of.header);

  it('are not guarded by the compiler, apart from some that may be', () => {
    expect(guarded.filter(loop => !EXCEPTIONS.some(of => isException(loop, of)))).toEqual([]);
  });

  it('have no exception without need', () => {
    expect(EXCEPTIONS.filter(of => !guarded.some(loop => isException(loop, of)))).toEqual([]);
  });
});

describe('a guarded loop', () => {
  const reasons = (body: string) =>
    guardedLoops(`const SIZE = 4u;\nfn f(n: u32, lane: u32) { ${body} }`).map(({ reason }) => reason);

  it.each([
    'for (var i = 0u; i < 4u; i++) { x += i; }',
    'for (var i = n; i > 0u; i--) { x += i; }',
    'for (var i = 0u; i < 64u / SIZE; i++) { x += i; }',
    'for (var i = 0u; i < n; i += 1u) { y[i] = i; }',
    'let m = g(n); for (var i = lane; i <= m; i++) { if (i == m && i > 2u) { break; } }',
    'for (var i = 0u; i < n; i++) { for (var j = 0u; j < n; j++) { x.i = j; } }',
    '// for (var i = 0u; i < n; i += 2u) { }',
  ])('is not: %s', body => {
    expect(reasons(body)).toEqual([]);
  });

  it.each([
    ['for (var i = lane; i < n; i += 64u) { x += i; }', 'the index does not step by 1: i += 64u'],
    ['var m = n; for (var i = 0u; i < m; i++) { x += i; }', 'the bound may change: m'],
    ['for (var i = 0u; i < n; i++) { i += 2u; }', 'the body changes i'],
    ['for (var i = 0u; i < n; i++) { advance(&i); }', 'the body changes i'],
    ['for (var i = 0u; i < g(n); i++) { }', 'the bound is computed in each trip: g(n)'],
    ['for (var i = 0u; i < n && x > 0u; i++) { }', 'the bound is computed in each trip: n && x > 0u'],
    ['for (; i < n; i++) { }', 'the header declares no index'],
    ['while (x < n) { x++; }', 'a while has no index'],
    ['loop { if (x > n) { break; } x++; }', 'a loop has no index'],
  ])('is: %s', (body, reason) => {
    expect(reasons(body)).toEqual([reason]);
  });
});

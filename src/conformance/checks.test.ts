import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { build } from 'vite';
import { describe, expect, it } from 'vitest';
import { GPU_TUNING } from '../gpu/tuning.ts';
import { FAULTS, KERNEL_CASES } from './allCases.ts';
import { CHECKS } from './checks.ts';

const ROOT = new URL('../../', import.meta.url);
const SHADERS = readdirSync(new URL('shaders/', ROOT))
  .filter(file => file.endsWith('.wgsl'))
  .map(file => file.replace('.wgsl', ''));
/** Kernels that compute nothing: their checks state the expected values. */
const WITHOUT_TWIN = ['accept', 'advance', 'copy_rows', 'fill_draft', 'ring_store'];

const HOSTS = import.meta.glob<Record<string, unknown>>(['../gpu/kernels/*.ts', '!**/*.test.ts'], {
  eager: true,
});
/** Shaders of all host functions. */
const HOST_SHADERS = Object.values(HOSTS)
  .flatMap(module => Object.values(module))
  .flatMap(host => (typeof host === 'function' && 'shader' in host ? [host.shader] : []));

describe('a shader', () => {
  it('has one host function', () => {
    expect(HOST_SHADERS.toSorted()).toEqual(SHADERS.toSorted());
  });

  it('has one check', () => {
    expect(CHECKS.map(({ shader }) => shader).sort()).toEqual(SHADERS.toSorted());
  });

  it.each(SHADERS)('%s has cases with distinct ids', shader => {
    const ids = KERNEL_CASES.filter(({ kernel }) => kernel === shader).map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(0);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(SHADERS.filter(shader => !WITHOUT_TWIN.includes(shader)))('%s has a CPU twin', shader => {
    const twin = shader.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
    expect(existsSync(new URL(`src/reference/${twin}.ts`, ROOT))).toBe(true);
  });
});

describe('a case', () => {
  it.each(KERNEL_CASES)('$id expects a result in what its kernel writes', ({ make }) => {
    const { spec, setup } = make(GPU_TUNING);
    expect(setup.bindings).toHaveLength(spec.bindings.length);
    const results = setup.results().flat();
    expect(results.length).toBeGreaterThan(0);
    for (const { of, at, length } of results) {
      expect(spec.bindings[setup.bindings.indexOf(of)]).toBe('write');
      expect(at + length).toBeLessThanOrEqual(of.size);
    }
  });
});

describe('a fault', () => {
  it.each(FAULTS)('$id changes a text that its shader has', ({ change }) => {
    expect(readFileSync(new URL(`shaders/${change.file}`, ROOT), 'utf8')).toContain(change.from);
  });
});

describe('a bundle of the product', () => {
  it('has the checks, and none of the cases', async () => {
    const entry = new URL('src/conformance/selfTest.ts', ROOT).pathname;
    const built = await build({
      configFile: false,
      logLevel: 'error',
      build: { write: false, lib: { entry, formats: ['es'], fileName: 'selfTest' } },
    });
    const [{ output }] = Array.isArray(built) ? built : [];
    const [{ code }] = output;
    expect(code).toContain('against its CPU twin');
    expect(code).not.toMatch(/nBehind|off-by-one/);
  });
});

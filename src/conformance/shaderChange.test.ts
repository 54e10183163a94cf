import { describe, expect, it } from 'vitest';
import { changedShaders } from './shaderChange.ts';

const CHANGE = { file: 'a.wgsl', from: '    barrier();\n    if (x[0] == 1u) {', to: 'if (x[0] == 1u) {' };
const changed = (text: string) => changedShaders(new Map([['a.wgsl', text]]), CHANGE).get('a.wgsl');

describe('a change of a shader', () => {
  it('applies to the source and to the text without indentation that a build has', () => {
    expect(changed('  {\n    barrier();\n    if (x[0] == 1u) {\n')).toBe('  {\n    if (x[0] == 1u) {\n');
    expect(changed('{\nbarrier();\nif (x[0] == 1u) {\n')).toBe('{\nif (x[0] == 1u) {\n');
  });

  it('is an error if the shader does not have the text', () => {
    expect(() => changed('barrier();\nother();\nif (x[0] == 1u) {')).toThrow('a.wgsl has no');
  });
});

import { shaderSources } from '../gpu/shaderSources.ts';
import copySource from './speed/copy.wgsl?raw';
import fmaSource from './speed/fma.wgsl?raw';
import noiseSource from './speed/noise.wgsl?raw';
import readSource from './speed/read.wgsl?raw';

/** Text of every shader of the engine, and of those that measure an adapter's limits. */
export function labShaders(): ReadonlyMap<string, string> {
  return new Map([
    ...shaderSources(),
    ['copy.wgsl', copySource],
    ['fma.wgsl', fmaSource],
    ['noise.wgsl', noiseSource],
    ['read.wgsl', readSource],
  ]);
}

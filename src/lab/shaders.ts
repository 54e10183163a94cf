import { shaderSources } from '../gpu/shaderSources.ts';
import copySource from './speed/copy.wgsl?raw';
import fmaSource from './speed/fma.wgsl?raw';

/** The text of every shader of the engine, and of those that find out what an adapter can do at best. */
export function labShaders(): ReadonlyMap<string, string> {
  return new Map([...shaderSources(), ['copy.wgsl', copySource], ['fma.wgsl', fmaSource]]);
}

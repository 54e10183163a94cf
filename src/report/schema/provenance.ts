import * as Type from 'typebox';
import { Amount, Count, FAILURE, Label, Name, oneOf, Sha256 } from './parts.ts';

/** Description of the GPU by the browser; the optional fields need WebGPU's developer features. */
export const Adapter = Type.Object({
  vendor: Label,
  architecture: Label,
  device: Label,
  description: Label,
  isFallbackAdapter: Type.Boolean(),
  driver: Type.Optional(Label),
  backend: Type.Optional(Label),
  type: Type.Optional(Label),
  memoryHeaps: Type.Optional(
    Type.Array(Type.Object({ size: Count, properties: Type.Array(Label, { maxItems: 20 }) }), {
      maxItems: 50,
    }),
  ),
  subgroupMinSize: Type.Optional(Count),
  subgroupMaxSize: Type.Optional(Count),
});

export const Model = Type.Object({
  name: Name,
  sha256: Sha256,
  bytes: Count,
  /** Type of its weights, in llama.cpp's wording: `llama 15M Q4_0`. */
  type: Type.Optional(Label),
  nParameters: Type.Optional(Count),
});

/** Everything that may explain a different result in another report. */
export const Provenance = Type.Object({
  foretoken: Type.Object({ version: Name, commit: Name }),
  browser: Type.Object({ name: Name, version: Label, userAgent: Label }),
  platform: Type.Object({ name: Label, processors: Type.Optional(Count) }),
  adapter: Adapter,
  features: Type.Array(Name, { maxItems: 500 }),
  limits: Type.Record(Type.String({ maxLength: 100 }), Amount, { maxProperties: 500 }),
  wgslLanguageFeatures: Type.Array(Name, { maxItems: 500 }),
  /** SHA-256 of each shader's text, by name. */
  shaders: Type.Record(Type.String({ maxLength: 100 }), Sha256, { maxProperties: 500 }),
  models: Type.Array(Model, { maxItems: 100 }),
  /** Arguments of the browser and of the run. */
  flags: Type.Array(Label, { maxItems: 200 }),
  clock: oneOf(['timestamp-query', 'wall']),
  /** Whether the tab was hidden at times: browsers slow down hidden tabs. */
  visibility: oneOf(['visible', 'hidden-at-times']),
  /** Slow-down of the same work from the beginning of the run to its end; 0.1 is 10 %. */
  thermalDrift: Type.Union([
    Type.Object({ status: Type.Literal('success'), firstMs: Amount, lastMs: Amount, drift: Type.Number() }),
    Type.Object(FAILURE),
  ]),
});
export type Provenance = Type.Static<typeof Provenance>;

import { type ModelSpec, readEagle3Spec, readModelSpec } from '../architectures/index.ts';
import { completedBy, type GgufFile, lending } from '../gguf/index.ts';
import { assert } from '../util/assert.ts';
import { fuse } from './blocks/joint.ts';
import { CpuTwin } from './forward.ts';
import { MtpTwin } from './mtpTwin.ts';
import { Weights } from './weights.ts';

/** Opens the CPU twin of a target with an EAGLE-3 draft, whose states are those before its last norm. */
export async function openEagle3Twin(target: GgufFile, draft: GgufFile, nCtx: number): Promise<MtpTwin> {
  const file = completedBy(draft, lending(target, ['token_embd.weight', 'output.weight']));
  const spec = readEagle3Spec(file);
  const weights = await Weights.open(file, spec);
  const features = featuresOf(spec);
  const trunk = await CpuTwin.open(target, readModelSpec(target), nCtx);
  const head = await CpuTwin.open(file, spec, nCtx);
  return new MtpTwin(
    {
      embed: (token, position) => {
        const inputs = trunk.inputs(token, position);
        return fuse(
          weights,
          features,
          features.layers.map(layer => inputs[layer]),
        );
      },
    },
    {
      embed: (token, position, state) => head.inputs(token, position, state)[spec.layers.length],
      logits: state => head.logits(head.normed(state)),
    },
  );
}

function featuresOf({ embedding: { joint } }: ModelSpec) {
  assert(joint?.kind === 'paired', 'an EAGLE-3 draft without features');
  return joint.features;
}

import { changedShaders, type ShaderChange } from '../conformance/shaderChange.ts';
import { openSource, readGguf } from '../gguf/index.ts';
import { openGpu } from '../gpu/device.ts';
import { shaderSources } from '../gpu/shaderSources.ts';
import { loadModel } from '../model/loadModel.ts';
import { checkModel } from '../model/modelFile.ts';
import type { SelfTestReport } from '../protocol/serverReport.ts';
import { ForetokenError, type WireError } from '../util/errors.ts';
import { KernelChecks } from '../worker/kernelChecks.ts';

/** Report of the self-test, and result of loading. */
export interface SelfTestRun {
  readonly report: SelfTestReport;
  readonly error: WireError | null;
  /** Logits of a few tokens decoded in one batch; null if loading failed. */
  readonly logits: readonly number[] | null;
}

const TOKENS = [1, 267, 302, 526, 273];

/** Loads a separate model with the self-test, after a change to the shaders. */
export async function runSelfTest(model: URL, change: ShaderChange | null): Promise<SelfTestRun> {
  const gpu = await openGpu(changedShaders(shaderSources(), change));
  const checks = new KernelChecks(gpu);
  try {
    const file = checkModel(await readGguf(await openSource(model)));
    const loaded = await loadModel(gpu, file, {
      nCtx: 128,
      nSlots: 2,
      nCtxShared: null,
      maxRows: 16,
      cacheType: 'f16',
      checkKernels: checks.check,
    });
    const rows = TOKENS.map((token, position) => ({
      token,
      position,
      slot: 0,
      output: position === TOKENS.length - 1,
    }));
    const [candidates] = await loaded.forward(rows, 'logits');
    return { report: checks.report(), error: null, logits: [...candidates.logits] };
  } catch (error) {
    return { report: checks.report(), error: ForetokenError.from(error).toWire(), logits: null };
  } finally {
    gpu.close();
  }
}

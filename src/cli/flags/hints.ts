/**
 * Flags of llama-server that configure the use of a machine, not the answers: they are accepted and ignored. WebGPU has one
 * device and its driver's threads; attention is always the fused one; all layers are on the GPU; logs have one format.
 */
export const HINTS: readonly { readonly names: readonly string[]; readonly hasValue: boolean }[] = [
  ...withValue(
    '-t, --threads',
    '-tb, --threads-batch',
    '--threads-http',
    '--prio',
    '--prio-batch',
    '--poll',
    '--poll-batch',
    '-C, --cpu-mask',
    '-Cr, --cpu-range',
    '--cpu-strict',
    '-Cb, --cpu-mask-batch',
    '-Crb, --cpu-range-batch',
    '--cpu-strict-batch',
    '-ngl, --gpu-layers, --n-gpu-layers',
    '-fa, --flash-attn',
    '-fit, --fit',
    '-fitt, --fit-target',
    '-fitc, --fit-ctx',
    '-dt, --defrag-thold',
    '-lv, --verbosity, --log-verbosity',
    '--log-colors',
    '--spec-draft-threads, -td, --threads-draft',
    '--spec-draft-threads-batch, -tbd, --threads-batch-draft',
    '--spec-draft-ngl, -ngld, --gpu-layers-draft, --n-gpu-layers-draft',
    '--spec-draft-p-split, --draft-p-split',
  ),
  ...withoutValue(
    '--swa-full',
    '--warmup',
    '--no-warmup',
    '--perf',
    '--no-perf',
    '-kvo, --kv-offload',
    '--repack',
    '-nr, --no-repack',
    '--op-offload',
    '--no-op-offload',
    '--check-tensors',
    '-bs, --backend-sampling',
    '--spec-draft-backend-sampling',
    '--no-spec-draft-backend-sampling',
    '--log-prefix',
    '--no-log-prefix',
    '--log-timestamps',
    '--no-log-timestamps',
    '--no-mmproj, --no-mmproj-auto',
  ),
];

function withValue(...spellings: readonly string[]) {
  return spellings.map(names => ({ names: names.split(', '), hasValue: true }));
}

function withoutValue(...spellings: readonly string[]) {
  return spellings.map(names => ({ names: names.split(', '), hasValue: false }));
}

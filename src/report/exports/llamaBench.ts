import { adapterName } from '../compare/subjects.ts';
import { measured } from '../samples.ts';
import type { Report } from '../schema/report.ts';
import type { Throughput } from '../schema/speed.ts';

/**
 * Exports prefill and decode as lines of `llama-bench -o jsonl`, which llama.cpp's scripts/compare-llama-bench.py reads. Fields
 * that do not apply to a browser (threads, splits, mmap) have the values of a run without them. The script compares two commits
 * on one adapter.
 */
export function llamaBenchJsonl(reports: readonly Report[]): string {
  return reports
    .flatMap(report => report.speed.throughput.flatMap(run => recordOf(report, run)))
    .map(record => `${JSON.stringify(record)}\n`)
    .join('');
}

/** Record of a run; none if nothing was measured, or if a server answered, which llama-bench does not do. */
function recordOf(report: Report, run: Throughput): object[] {
  if (run.status !== 'success' || run.temperature !== undefined) return [];
  const { provenance } = report;
  const model = provenance.models.find(({ name }) => name === run.model);
  const nanoseconds = run.samples.map(rate => Math.round((1e9 * run.nTokens) / rate));
  const cacheType = run.cacheType ?? 'f16';
  return [
    {
      build_commit: provenance.foretoken.commit.slice(0, 8),
      build_number: 0,
      cpu_info: provenance.platform.name,
      gpu_info: adapterName(report),
      backends: 'WebGPU',
      model_filename: run.model,
      model_type: model?.type || run.model,
      model_size: model?.bytes ?? 0,
      model_n_params: model?.nParameters ?? 0,
      n_batch: run.nBatch ?? 0,
      n_ubatch: run.nBatch ?? 0,
      n_threads: 1,
      cpu_mask: '0x0',
      cpu_strict: false,
      poll: 0,
      type_k: cacheType,
      type_v: cacheType,
      n_gpu_layers: 99,
      n_cpu_moe: 0,
      split_mode: 'none',
      main_gpu: 0,
      no_kv_offload: false,
      flash_attn: 1,
      devices: 'auto',
      tensor_split: '0.00',
      tensor_buft_overrides: 'none',
      use_mmap: false,
      load_mode: 'none',
      embeddings: false,
      no_op_offload: 0,
      no_host: false,
      fit_target: 0,
      fit_min_ctx: 0,
      n_prompt: run.kind === 'prefill' ? run.nTokens : 0,
      n_gen: run.kind === 'decode' ? run.nTokens : 0,
      n_depth: run.depth,
      test_time: report.startedAt,
      avg_ns: Math.round(mean(nanoseconds)),
      stddev_ns: Math.round(deviation(nanoseconds)),
      avg_ts: mean(run.samples),
      stddev_ts: deviation(run.samples),
      samples_ns: nanoseconds,
      samples_ts: measured(run.samples).samples,
    },
  ];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Standard deviation of a sample, as in llama-bench: 0 for a single value. */
function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const average = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - average) ** 2, 0) / (values.length - 1));
}

import { adapterName } from '../compare/subjects.ts';
import type { Parameters } from '../schema/parts.ts';
import type { Report } from '../schema/report.ts';
import type { Status } from '../status.ts';

/** Columns of llama.cpp's `test-backend-ops --output csv`, in its order. */
const COLUMNS = [
  'test_time',
  'build_commit',
  'backend_name',
  'op_name',
  'op_params',
  'test_mode',
  'supported',
  'passed',
  'error_message',
  'time_us',
  'flops',
  'bandwidth_gb_s',
  'memory_kb',
  'n_runs',
  'device_description',
  'backend_reg_name',
] as const;

type Row = Readonly<Record<(typeof COLUMNS)[number], string | number>>;

interface Tried {
  readonly kernel: string;
  readonly variant: string;
  readonly tuning: string;
  readonly parameters: Parameters;
  readonly status: Status;
}

/**
 * Exports kernel cases (`test`) and timings (`perf`) in the columns of `test-backend-ops --output csv`, which llama.cpp's
 * scripts/compare-llama-bench.py reads with `--tool test-backend-ops`.
 */
export function backendOpsCsv(reports: readonly Report[]): string {
  const rows = reports.flatMap(report => [
    ...report.conformance.map(entry =>
      rowOf(report, entry, 'test', 'message' in entry ? entry.message : '', {
        n_runs: 'repetitions' in entry ? entry.repetitions : 0,
      }),
    ),
    ...report.speed.kernels.map(entry =>
      entry.status === 'success'
        ? rowOf(report, entry, 'perf', '', {
            time_us: 1000 * entry.median,
            flops: 1e9 * entry.gflops,
            bandwidth_gb_s: entry.gbPerSecond,
            memory_kb: Math.round(entry.bytes / 1024),
            n_runs: entry.samples.length,
          })
        : rowOf(report, entry, 'perf', entry.message, {}),
    ),
  ]);
  const lines = rows.map(row => COLUMNS.map(column => quoted(String(row[column]))).join(','));
  return [COLUMNS.join(','), ...lines, ''].join('\n');
}

function rowOf(
  report: Report,
  { kernel, variant, tuning, parameters, status }: Tried,
  mode: 'test' | 'perf',
  message: string,
  figures: Partial<Row>,
): Row {
  const adapter = adapterName(report);
  const params = Object.entries({ ...parameters, variant, tuning }).map(
    ([name, value]) => `${name}=${value}`,
  );
  return {
    test_time: report.startedAt,
    build_commit: report.provenance.foretoken.commit.slice(0, 8),
    backend_name: 'WebGPU',
    // ggml writes its operations in capitals.
    op_name: kernel.toUpperCase(),
    op_params: params.join(','),
    test_mode: mode,
    supported: status === 'unsupported' ? 0 : 1,
    passed: status === 'success' ? 1 : 0,
    error_message: message.split('\n')[0],
    time_us: 0,
    flops: 0,
    bandwidth_gb_s: 0,
    memory_kb: 0,
    n_runs: 0,
    device_description: adapter,
    backend_reg_name: 'WebGPU',
    ...figures,
  };
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

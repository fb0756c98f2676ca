/** A benchmark as it is asked for, and as it stands when it has ended. */
import { type Benchmark, type BenchmarkRequest, routes, type StartedBenchmark, zeroCounters } from '@gridmr/contracts';

const benchmark_id = 'b01m8qz3w4t7v2k9x5ch6jb';

export const benchmarkExamples: Readonly<Record<string, BenchmarkRequest>> = {
  'A hundred megabytes, three times': { data_size: '100MB', iterations: 3 },
  'Two tasks at once': { data_size: '20MB', workers: 2, iterations: 1 },
};

export const startedExample: StartedBenchmark = {
  benchmark_id,
  status: 'running',
  links: { self: routes.benchmark(benchmark_id) },
};

export const benchmarkAnswerExample: Benchmark = {
  benchmark_id,
  status: 'completed',
  data_size: '20MB',
  data_bytes: 20_000_031,
  workers: 2,
  iterations: 1,
  created_at: '2030-01-01T00:00:00.000Z',
  finished_at: '2030-01-01T00:00:03.000Z',
  interruptions: 0,
  runs: [
    {
      iteration: 1,
      job_id: 'j01m8qz3w4t7v2k9x5ch6jb',
      seconds: 1.25,
      mb_per_second: 16,
      counters: { ...zeroCounters(), map_input_records: 260_000, map_input_bytes: 20_000_031 },
    },
  ],
  error: null,
};

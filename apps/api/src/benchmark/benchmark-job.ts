/** The job that a benchmark runs: words counted, with a combiner. */
import {
  type Benchmark,
  benchmarkLimits,
  benchmarksDirectory,
  bytesPerMb,
  type JobRequest,
  jobLimits,
} from '@gridmr/contracts';

const sum = '(word, counts) => [word, counts.reduce((a, b) => a + b, 0)]';

export function benchmarkDirectory(id: string): string {
  return `${benchmarksDirectory}/${id}`;
}

export function benchmarkInput(id: string): string {
  return `${benchmarkDirectory(id)}/input.txt`;
}

/** @param slots how many tasks all workers run at once */
export function benchmarkJob(benchmark: Benchmark, slots: number): JobRequest {
  const { benchmark_id: id, workers, data_bytes: bytes, runs } = benchmark;
  const { tasksPerSlot, splitMbMin, reducersMax } = benchmarkLimits;
  const iteration = runs.length + 1;
  const tasks = workers ?? Math.max(1, slots) * tasksPerSlot;
  const splitMb = Math.min(bytes / bytesPerMb / tasks, workers === null ? jobLimits.splitSizeMbDefault : Infinity);
  return {
    name: `benchmark ${id}, run ${iteration}`,
    input_file: benchmarkInput(id),
    output_path: `${benchmarkDirectory(id)}/output-${iteration}`,
    split_size_mb: Math.min(
      jobLimits.splitSizeMbMax,
      Math.max(workers === null ? splitMbMin : jobLimits.splitSizeMbMin, splitMb),
    ),
    map_function: '(line, ctx) => { for (const word of line.split(" ")) ctx.emit(word, 1); }',
    combine_function: sum,
    reduce_function: sum,
    num_reducers: Math.min(reducersMax, workers ?? Math.max(1, slots)),
    priority: 'normal',
    speculative: workers === null,
  };
}

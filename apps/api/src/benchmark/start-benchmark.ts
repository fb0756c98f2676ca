/** Stores a benchmark, for whichever API process runs it. */
import {
  type AskedBenchmark,
  type Benchmark,
  benchmarkLimits,
  newJobId,
  RequestError,
  routes,
  type StartedBenchmark,
} from '@gridmr/contracts';
import type { Caller } from '../access/caller.js';
import type { ApiDependencies } from '../dependencies.js';

/** Throws `RequestError` `too_many_requests`. */
export async function startBenchmark(
  { history, requestBenchmark }: ApiDependencies,
  { data_size, workers, iterations }: AskedBenchmark,
  { clientId }: Caller,
): Promise<StartedBenchmark> {
  const benchmark: Benchmark = {
    benchmark_id: newJobId().replace(/^j/, 'b'),
    status: 'running',
    data_size,
    data_bytes: 0,
    workers: workers ?? null,
    iterations,
    created_at: new Date().toISOString(),
    finished_at: null,
    interruptions: 0,
    runs: [],
    error: null,
  };
  if (!(await history.benchmarks.add(clientId, benchmark))) {
    const detail = `${benchmarkLimits.unfinishedMax} benchmarks have not ended yet; try again when one has`;
    throw new RequestError('too_many_requests', detail);
  }
  requestBenchmark();
  const { benchmark_id, status } = benchmark;
  return { benchmark_id, status, links: { self: routes.benchmark(benchmark_id) } };
}

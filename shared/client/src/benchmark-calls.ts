/** Benchmarks of the service. */
import {
  type Benchmark,
  type BenchmarkRequest,
  benchmarkSchema,
  routes,
  type StartedBenchmark,
  startedBenchmarkSchema,
} from '@gridmr/contracts';
import type { CallOptions } from './call-options.js';
import type { Transport } from './transport.js';

export class BenchmarkCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** It runs in the background, after those that were asked for before. */
  start(request: BenchmarkRequest, { signal }: CallOptions = {}): Promise<StartedBenchmark> {
    return this.#transport.json(routes.benchmarks, startedBenchmarkSchema, { method: 'POST', body: request, signal });
  }

  read(id: string, { signal }: CallOptions = {}): Promise<Benchmark> {
    return this.#transport.json(routes.benchmark(encodeURIComponent(id)), benchmarkSchema, { signal });
  }
}

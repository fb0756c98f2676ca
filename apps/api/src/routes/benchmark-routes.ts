/** Benchmarks of the whole service. */
import {
  benchmarkIdSchema,
  benchmarkRequestSchema,
  benchmarkSchema,
  RequestError,
  routes,
  startedBenchmarkSchema,
} from '@gridmr/contracts';
import { z } from 'zod';
import { startBenchmark } from '../benchmark/start-benchmark.js';
import type { ApiDependencies } from '../dependencies.js';
import { benchmarkAnswerExample, benchmarkExamples, startedExample } from '../docs/benchmark-examples.js';
import { type Route, route } from '../route.js';

export function benchmarkRoutes(dependencies: ApiDependencies): Route[] {
  return [
    route({
      method: 'post',
      path: routes.benchmarks,
      id: 'startBenchmark',
      access: 'admin',
      audit: 'benchmark.start',
      summary: 'Measure how fast words are counted',
      description:
        'Makes text of the size asked for, runs word counts over it, and removes all of it again. It runs in the background, as other jobs do, and beside them: figures are those of the ' +
        'service as busy as it is. A benchmark goes on when its API process is started again.',
      body: benchmarkRequestSchema,
      examples: benchmarkExamples,
      answers: {
        202: {
          description: 'It is stored and will run',
          schema: startedBenchmarkSchema,
          example: startedExample,
          headers: { location: 'The path of the benchmark' },
        },
      },
      problems: ['too_many_requests', 'database_unavailable'],
      handle: async ({ body, caller }) => {
        const started = await startBenchmark(dependencies, body, caller);
        return { status: 202, body: started, headers: { location: started.links.self }, target: started.benchmark_id };
      },
    }),
    route({
      method: 'get',
      path: routes.benchmark('{benchmark_id}'),
      id: 'readBenchmark',
      access: 'read',
      summary: 'Read a benchmark and its runs',
      params: z.object({ benchmark_id: benchmarkIdSchema }),
      answers: { 200: { description: 'The benchmark', schema: benchmarkSchema, example: benchmarkAnswerExample } },
      problems: ['not_found', 'database_unavailable'],
      handle: async ({ params }) => {
        const stored = await dependencies.history.benchmarks.find(params.benchmark_id);
        if (stored === undefined) throw new RequestError('not_found', `There is no benchmark ${params.benchmark_id}`);
        return { status: 200, body: stored.benchmark };
      },
    }),
  ];
}
